/* Scores of gradient-boosted trees of at most 64 leaves, 32 rows side by side (lucchese2015quickscorer,
 * ye2018rapidscorer).
 *
 * A test that sends a row to the right rules out the leaves on its left; of those that no test of a tree has ruled out,
 * the first is the row's own. So nothing is walked and nothing is waited for: each test is asked of all rows, and what
 * it rules out is a few bits of a byte for each of them. Values are added in the order of the trees, as LightGBM adds
 * them. It takes a processor with AVX2; `_forest.c` does the same without.
 */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <math.h>
#include <numpy/arrayobject.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define SIDE_BY_SIDE
#include <immintrin.h>
#endif

#define ROWS 32
#define BYTES 8 /* of the leaves of a tree */
#define MANY 2000 /* rows for which other threads are let run meanwhile */

/* As `training.sieve.TEST` declares it. */
typedef struct {
    float threshold;         /* rows with a feature up to it keep the leaves on the left */
    npy_uint16 feature;      /* of a row, or of the second copy of a row */
    npy_uint8 first, last;   /* bytes that the leaves on the left begin and end in */
    npy_uint8 head, tail;    /* their bits in the first byte, and in the last where that is another */
    npy_uint8 spare[2];
} Test;

typedef struct {
    const Test *tests;
    const npy_int32 *ends; /* (trees + 1,) */
    const double *value;   /* of the leaves, from left to right */
    const npy_int32 *starts;
    npy_intp trees;
} Sieve;

#ifdef SIDE_BY_SIDE

/* Where a row's comparison comes out when 32 of them are packed into bytes, four rows at a time by halves. */
static inline int place_of(int row)
{
    return (row % 16 / 4) * 8 + row / 16 * 4 + row % 4;
}

/* Two copies of each row, features by columns of 32 rows: what is missing is above every threshold in the first, and
 * below all in the second. */
static void copy_twice(const float *matrix, npy_intp rows, npy_intp width, float *columns)
{
    for (int row = 0; row < ROWS; row++) {
        float *to = columns + place_of(row);
        for (npy_intp i = 0; i < width; i++) {
            const float value = row < rows ? matrix[row * width + i] : 0.0f;
            to[i * ROWS] = value;
            to[(width + i) * ROWS] = value != value ? -INFINITY : value;
        }
    }
}

#define AVX2 __attribute__((target("avx2"))) static inline

/* All bits of a row's byte where its feature is not up to the threshold. */
AVX2 __m256i above(const float *column, float threshold)
{
    const __m256 most = _mm256_set1_ps(threshold);
    __m256i part[4];
    for (int i = 0; i < 4; i++)
        part[i] = _mm256_castps_si256(_mm256_cmp_ps(_mm256_load_ps(column + 8 * i), most, _CMP_NLE_UQ));
    return _mm256_packs_epi16(_mm256_packs_epi32(part[0], part[1]), _mm256_packs_epi32(part[2], part[3]));
}

AVX2 __m256i without(__m256i leaves, __m256i over, npy_uint8 bits)
{
    return _mm256_andnot_si256(_mm256_and_si256(over, _mm256_set1_epi8((char)bits)), leaves);
}

/* 1, 2 or 4 in the bytes that have one of some bits. */
AVX2 __m256i where(__m256i bytes, int bits, char value)
{
    const __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, _mm256_set1_epi8((char)bits)), _mm256_setzero_si256());
    return _mm256_andnot_si256(none, _mm256_set1_epi8(value));
}

/* The number of the first leaf that is left to each row. */
AVX2 __m256i first_of(const __m256i *leaves)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i number = zero, byte = zero;
    for (int i = BYTES - 1; i >= 0; i--) {
        const __m256i none = _mm256_cmpeq_epi8(leaves[i], zero);
        number = _mm256_blendv_epi8(_mm256_set1_epi8((char)(8 * i)), number, none);
        byte = _mm256_blendv_epi8(leaves[i], byte, none);
    }
    const __m256i lowest = _mm256_and_si256(byte, _mm256_sub_epi8(zero, byte));
    const __m256i odd = _mm256_add_epi8(where(lowest, 0xAA, 1), where(lowest, 0xCC, 2));
    return _mm256_add_epi8(number, _mm256_add_epi8(odd, where(lowest, 0xF0, 4)));
}

/* All trees for ROWS rows. */
__attribute__((target("avx2"))) static void sift(const Sieve *sieve, const float *columns, double *sum)
{
    for (npy_intp tree = 0; tree < sieve->trees; tree++) {
        __m256i leaves[BYTES];
        for (int i = 0; i < BYTES; i++)
            leaves[i] = _mm256_set1_epi8(-1);
        for (npy_int32 i = sieve->ends[tree]; i < sieve->ends[tree + 1]; i++) {
            const Test test = sieve->tests[i];
            const __m256i over = above(columns + test.feature * ROWS, test.threshold);
            leaves[test.first] = without(leaves[test.first], over, test.head);
            if (test.last == test.first)
                continue;
            for (int byte = test.first + 1; byte < test.last; byte++)
                leaves[byte] = _mm256_andnot_si256(over, leaves[byte]);
            leaves[test.last] = without(leaves[test.last], over, test.tail);
        }
        _Alignas(32) npy_uint8 own[ROWS];
        _mm256_store_si256((__m256i *)own, first_of(leaves));
        const double *value = sieve->value + sieve->starts[tree];
        for (int row = 0; row < ROWS; row++)
            sum[row] += value[own[row]];
    }
}

static void sift_blocks(const Sieve *sieve, const float *matrix, npy_intp rows, npy_intp width, float *columns, double *sums)
{
    for (npy_intp start = 0; start < rows; start += ROWS) {
        const npy_intp some = rows - start < ROWS ? rows - start : ROWS;
        double sum[ROWS] = {0.0};
        copy_twice(matrix + start * width, some, width, columns);
        sift(sieve, columns, sum);
        memcpy(sums + start, sum, sizeof(double) * some);
    }
}

static int available(void)
{
    return __builtin_cpu_supports("avx2") > 0;
}

#else

static void sift_blocks(const Sieve *sieve, const float *matrix, npy_intp rows, npy_intp width, float *columns, double *sums)
{
}

static int available(void)
{
    return 0;
}

#endif

/* Whether an argument is a contiguous array of a type and dimension; an exception is set where it is not. */
static int is_array(PyObject *object, int type, int dimensions, const char *name)
{
    if (PyArray_Check(object)) {
        PyArrayObject *array = (PyArrayObject *)object;
        const int same = type == NPY_VOID ? PyArray_ITEMSIZE(array) == sizeof(Test) : PyArray_TYPE(array) == type;
        if (same && PyArray_NDIM(array) == dimensions && PyArray_IS_C_CONTIGUOUS(array))
            return 1;
    }
    PyErr_Format(PyExc_TypeError, "%s is no contiguous array of the right type and dimension", name);
    return 0;
}

static PyObject *scores(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    static const char *const names[] = {"tests", "ends", "value", "starts", "matrix"};
    static const int types[] = {NPY_VOID, NPY_INT32, NPY_DOUBLE, NPY_INT32, NPY_FLOAT};
    if (count != 5)
        return PyErr_Format(PyExc_TypeError, "scores takes tests, ends, value, starts and matrix");
    for (int i = 0; i < 5; i++)
        if (!is_array(arguments[i], types[i], i == 4 ? 2 : 1, names[i]))
            return NULL;
    if (!available())
        return PyErr_Format(PyExc_NotImplementedError, "this processor has no AVX2");
    PyArrayObject *const *arrays = (PyArrayObject *const *)arguments;
    const Sieve sieve = {PyArray_DATA(arrays[0]), PyArray_DATA(arrays[1]), PyArray_DATA(arrays[2]), PyArray_DATA(arrays[3]),
                         PyArray_DIM(arrays[3], 0)};
    npy_intp rows = PyArray_DIM(arrays[4], 0);
    const npy_intp width = PyArray_DIM(arrays[4], 1);
    float *columns = aligned_alloc(32, sizeof(float) * ROWS * 2 * (width + 1));
    PyObject *result = PyArray_ZEROS(1, &rows, NPY_DOUBLE, 0);
    if (columns == NULL || result == NULL) {
        free(columns);
        Py_XDECREF(result);
        return PyErr_NoMemory();
    }
    PyThreadState *saved = rows > MANY ? PyEval_SaveThread() : NULL;
    sift_blocks(&sieve, PyArray_DATA(arrays[4]), rows, width, columns, PyArray_DATA((PyArrayObject *)result));
    if (saved != NULL)
        PyEval_RestoreThread(saved);
    free(columns);
    return result;
}

static PyMethodDef methods[] = {
    {"scores", (PyCFunction)(void (*)(void))scores, METH_FASTCALL, "scores(tests, ends, value, starts, matrix): (M,) sums"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "training._sieve", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit__sieve(void)
{
    import_array();
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL && PyModule_AddIntConstant(module, "AVAILABLE", available()) < 0)
        Py_CLEAR(module);
    return module;
}
