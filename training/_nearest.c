/* The strongest entries of each row of a product of sparse matrices.
 *
 * A row of the product is summed in memory as wide as the product; its entries are set against the best so far, and
 * nothing else of the product is kept. Ties go to the lower column. Arguments are contiguous arrays of exactly the type
 * that is said; anything else is a TypeError.
 */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <numpy/arrayobject.h>
#include <stdlib.h>
#include <string.h>

#define DATA(array) PyArray_DATA((PyArrayObject *)(array))
#define LENGTH(array) PyArray_SIZE((PyArrayObject *)(array))

/* With fewer products than one in so many columns, it is cheaper to note which columns have any. */
#define SPARSE 8

typedef struct {
    npy_intp rows, width;
    const npy_int64 *offsets;
    const npy_int32 *index;
    const double *value;
} Matrix;

typedef struct {
    double score;
    npy_int32 column;
} Entry;

/* The best entries of some rows. Row r has `size[r]` of them at `entries + r * room`, columns ascending: more than the
 * best `k`, until there is no room and the others go. That is cheaper than to keep the best in order. */
typedef struct {
    npy_intp k, room;
    npy_intp *size;
    double *least; /* what a score must be above: 0, or that of the last of the `k` when the others went */
    Entry *entries;
    double *scores; /* (room,) of one row */
} Best;

static int is_array(PyObject *object, int type, const char *name)
{
    if (PyArray_Check(object)) {
        PyArrayObject *array = (PyArrayObject *)object;
        if (PyArray_TYPE(array) == type && PyArray_IS_C_CONTIGUOUS(array) && PyArray_ISNOTSWAPPED(array))
            return 1;
    }
    PyErr_Format(PyExc_TypeError, "%s is no contiguous array of the right type", name);
    return 0;
}

/* A matrix from four arguments; an exception is set where they are none. */
static int is_matrix(PyObject *const *arguments, Matrix *matrix)
{
    if (!is_array(arguments[0], NPY_INT64, "offsets") || !is_array(arguments[1], NPY_INT32, "index") ||
        !is_array(arguments[2], NPY_DOUBLE, "value"))
        return 0;
    matrix->width = PyLong_AsSsize_t(arguments[3]);
    if (matrix->width == -1 && PyErr_Occurred())
        return 0;
    matrix->rows = LENGTH(arguments[0]) - 1;
    matrix->offsets = DATA(arguments[0]);
    matrix->index = DATA(arguments[1]);
    matrix->value = DATA(arguments[2]);
    const npy_intp entries = LENGTH(arguments[1]);
    int whole = matrix->rows >= 0 && LENGTH(arguments[2]) == entries && matrix->offsets[0] == 0 &&
                matrix->offsets[matrix->rows] == entries;
    for (npy_intp row = 0; whole && row < matrix->rows; row++)
        whole = matrix->offsets[row] <= matrix->offsets[row + 1];
    for (npy_intp i = 0; whole && i < entries; i++)
        whole = matrix->index[i] >= 0 && matrix->index[i] < matrix->width;
    if (!whole)
        PyErr_SetString(PyExc_ValueError, "offsets, index, value and width make no matrix");
    return whole;
}

static int is_mask(PyObject *object, npy_intp width)
{
    if (object == Py_None)
        return 1;
    if (!is_array(object, NPY_BOOL, "allowed"))
        return 0;
    if (LENGTH(object) != width)
        PyErr_SetString(PyExc_ValueError, "allowed has another length than there are columns");
    return LENGTH(object) == width;
}

/* The k-th highest of some scores, which are left in another order. */
static double highest(double *scores, npy_intp count, npy_intp k)
{
    npy_intp low = 0, high = count - 1;
    while (low < high) {
        const double one = scores[low], two = scores[low + (high - low) / 2], three = scores[high];
        const double pivot = one > two ? (two > three ? two : one > three ? three : one)
                                       : (one > three ? one : two > three ? three : two);
        npy_intp left = low, right = high;
        while (left <= right) {
            while (scores[left] > pivot)
                left++;
            while (scores[right] < pivot)
                right--;
            if (left <= right) {
                const double kept = scores[left];
                scores[left++] = scores[right];
                scores[right--] = kept;
            }
        }
        if (k - 1 <= right)
            high = right;
        else if (k - 1 >= left)
            low = left;
        else
            break;
    }
    return scores[k - 1];
}

/* Leave the best `k` of a row. */
static void trim(const Best *best, npy_intp row)
{
    Entry *entries = best->entries + row * best->room;
    const npy_intp count = best->size[row];
    if (count <= best->k)
        return;
    for (npy_intp i = 0; i < count; i++)
        best->scores[i] = entries[i].score;
    const double least = highest(best->scores, count, best->k);
    npy_intp above = 0, kept = 0;
    for (npy_intp i = 0; i < count; i++)
        above += entries[i].score > least;
    npy_intp equal = best->k - above;
    for (npy_intp i = 0; i < count; i++) {
        const Entry entry = entries[i];
        entries[kept] = entry;
        kept += entry.score > least || (entry.score == least && equal-- > 0);
    }
    best->size[row] = best->k;
    best->least[row] = least;
}

/* Scores above `least` alone; columns come in ascending order, so that one with an equal score is behind. */
static inline void offer(const Best *best, npy_intp row, double score, npy_intp column)
{
    if (best->size[row] == best->room)
        trim(best, row);
    if (score > best->least[row])
        best->entries[row * best->room + best->size[row]++] = (Entry){score, (npy_int32)column};
}

static int make(Best *best, npy_intp rows, npy_intp width, npy_intp k)
{
    best->k = k < width ? k : width;
    best->room = 2 * best->k + 1;
    best->size = calloc(rows + 1, sizeof(npy_intp));
    best->least = calloc(rows + 1, sizeof(double));
    best->entries = malloc(sizeof(Entry) * (rows * best->room + 1));
    best->scores = malloc(sizeof(double) * best->room);
    return best->size != NULL && best->least != NULL && best->entries != NULL && best->scores != NULL;
}

static void drop(Best *best)
{
    free(best->size);
    free(best->least);
    free(best->entries);
    free(best->scores);
}

/* Offsets, columns in ascending order, and values. */
static PyObject *found(const Best *best, npy_intp rows)
{
    npy_intp length = rows + 1, total = 0;
    for (npy_intp row = 0; row < rows; row++) {
        trim(best, row);
        total += best->size[row];
    }
    PyObject *offsets = PyArray_EMPTY(1, &length, NPY_INT64, 0), *index = PyArray_EMPTY(1, &total, NPY_INT32, 0);
    PyObject *values = PyArray_EMPTY(1, &total, NPY_DOUBLE, 0), *result = NULL;
    if (offsets && index && values) {
        npy_int64 *offset = DATA(offsets);
        npy_int32 *column = DATA(index);
        double *value = DATA(values);
        npy_intp at = 0;
        Py_BEGIN_ALLOW_THREADS
        for (npy_intp row = 0; row < rows; row++) {
            const Entry *entries = best->entries + row * best->room;
            offset[row] = at;
            for (npy_intp i = 0; i < best->size[row]; i++, at++) {
                column[at] = entries[i].column;
                value[at] = entries[i].score;
            }
        }
        offset[rows] = at;
        Py_END_ALLOW_THREADS
        result = PyTuple_Pack(3, offsets, index, values);
    }
    Py_XDECREF(offsets);
    Py_XDECREF(index);
    Py_XDECREF(values);
    return result;
}

/* Add weighted entries to sums, and note the columns that had none. */
static inline npy_intp add_noting(const Matrix *matrix, npy_intp from, npy_intp to, double weight, double *sum,
                                  npy_int32 *touched, npy_intp count)
{
    for (npy_intp at = from; at < to; at++) {
        const npy_int32 column = matrix->index[at];
        if (sum[column] == 0.0)
            touched[count++] = column;
        sum[column] += weight * matrix->value[at];
    }
    return count;
}

static inline void add(const Matrix *matrix, npy_intp from, npy_intp to, double weight, double *sum)
{
    for (npy_intp at = from; at < to; at++)
        sum[matrix->index[at]] += weight * matrix->value[at];
}

static int by_number(const void *one, const void *other)
{
    return *(const npy_int32 *)one - *(const npy_int32 *)other;
}

/* --- The columns of one matrix --- */

/* An entry of a column: its row, and where it stands in that. */
typedef struct {
    npy_int64 at;
    npy_int64 end; /* of the row */
} Place;

/* The entries of each column in the order of the rows. */
static Place *places(const Matrix *matrix, npy_int64 *starts)
{
    const npy_intp entries = matrix->offsets[matrix->rows];
    Place *found = malloc(sizeof(Place) * (entries + 1));
    if (found == NULL)
        return NULL;
    for (npy_intp i = 0; i < entries; i++)
        starts[matrix->index[i] + 1]++;
    for (npy_intp column = 0; column < matrix->width; column++)
        starts[column + 1] += starts[column];
    for (npy_intp row = 0; row < matrix->rows; row++)
        for (npy_int64 at = matrix->offsets[row]; at < matrix->offsets[row + 1]; at++)
            found[starts[matrix->index[at]]++] = (Place){at, matrix->offsets[row + 1]};
    memmove(starts + 1, starts, sizeof(npy_int64) * matrix->width); /* each has moved to the end of its column */
    starts[0] = 0;
    return found;
}

typedef struct {
    const Matrix *matrix;
    const npy_bool *allowed;
    Best best;
    double *sum;
    npy_int32 *touched;
} Alike;

static inline void offer_pair(const Alike *alike, npy_intp one, npy_intp other)
{
    const double score = alike->sum[other];
    if (score > alike->best.least[one] && (alike->allowed == NULL || alike->allowed[other]))
        offer(&alike->best, one, score, other);
    if (other != one && score > alike->best.least[other] && (alike->allowed == NULL || alike->allowed[one]))
        offer(&alike->best, other, score, one);
}

/* A column against itself and those after it: what it has in common with those before is known by then. */
static void column_alike(const Alike *alike, npy_intp column, const Place *begin, const Place *end)
{
    const Matrix *matrix = alike->matrix;
    const npy_intp width = matrix->width;
    npy_int64 products = 0;
    for (const Place *place = begin; place < end; place++)
        products += place->end - place->at;
    if (products * SPARSE >= width - column) {
        for (const Place *place = begin; place < end; place++)
            add(matrix, place->at, place->end, matrix->value[place->at], alike->sum);
        for (npy_intp other = column; other < width; other++)
            offer_pair(alike, column, other);
        memset(alike->sum + column, 0, sizeof(double) * (width - column));
        return;
    }
    npy_intp count = 0;
    for (const Place *place = begin; place < end; place++)
        count = add_noting(matrix, place->at, place->end, matrix->value[place->at], alike->sum, alike->touched, count);
    qsort(alike->touched, count, sizeof(npy_int32), by_number);
    for (npy_intp i = 0; i < count; i++) {
        offer_pair(alike, column, alike->touched[i]); /* noted twice where sums were 0 meanwhile, and 0 the second time */
        alike->sum[alike->touched[i]] = 0.0;
    }
}

/* alike(offsets, index, value, width, k, allowed): for each column of a matrix (X, width), its rows ascending, the `k`
 * columns with the highest inner products above 0; `allowed` (width,) says which columns may be named, None for all. */
static PyObject *alike(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    Matrix matrix;
    if (given != 6)
        return PyErr_Format(PyExc_TypeError, "alike(offsets, index, value, width, k, allowed)");
    if (!is_matrix(arguments, &matrix) || !is_mask(arguments[5], matrix.width))
        return NULL;
    const Py_ssize_t k = PyLong_AsSsize_t(arguments[4]);
    if (k < 1)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "k is %zd", k);
    Alike state = {.matrix = &matrix, .allowed = arguments[5] == Py_None ? NULL : DATA(arguments[5])};
    state.sum = calloc(matrix.width + 1, sizeof(double));
    state.touched = malloc(sizeof(npy_int32) * (matrix.width + 1));
    npy_int64 *starts = calloc(matrix.width + 2, sizeof(npy_int64));
    Place *place = starts == NULL ? NULL : places(&matrix, starts);
    PyObject *result = NULL;
    if (make(&state.best, matrix.width, matrix.width, k) && state.sum && state.touched && place) {
        Py_BEGIN_ALLOW_THREADS
        for (npy_intp column = 0; column < matrix.width; column++)
            column_alike(&state, column, place + starts[column], place + starts[column + 1]);
        Py_END_ALLOW_THREADS
        result = found(&state.best, matrix.width);
    } else
        PyErr_NoMemory();
    drop(&state.best);
    free(state.sum);
    free(state.touched);
    free(starts);
    free(place);
    return result;
}

/* --- The rows of a product of two --- */

typedef struct {
    const Matrix *left, *right;
    const double *scale;
    const npy_bool *allowed;
    Best best;
    double *sum;
    npy_int32 *touched;
} Nearest;

static inline void offer_scaled(const Nearest *nearest, npy_intp row, npy_intp column)
{
    const double score = nearest->sum[column] * (nearest->scale == NULL ? 1.0 : nearest->scale[column]);
    if (score > nearest->best.least[row] && (nearest->allowed == NULL || nearest->allowed[column]))
        offer(&nearest->best, row, score, column);
}

static void row_nearest(const Nearest *nearest, npy_intp row)
{
    const Matrix *left = nearest->left, *right = nearest->right;
    const npy_int64 begin = left->offsets[row], end = left->offsets[row + 1];
    const npy_int64 *offsets = right->offsets;
    npy_int64 products = 0;
    for (npy_int64 at = begin; at < end; at++)
        products += offsets[left->index[at] + 1] - offsets[left->index[at]];
    if (products * SPARSE >= right->width) {
        for (npy_int64 at = begin; at < end; at++)
            add(right, offsets[left->index[at]], offsets[left->index[at] + 1], left->value[at], nearest->sum);
        for (npy_intp column = 0; column < right->width; column++)
            offer_scaled(nearest, row, column);
        memset(nearest->sum, 0, sizeof(double) * right->width);
        return;
    }
    npy_intp count = 0;
    for (npy_int64 at = begin; at < end; at++)
        count = add_noting(right, offsets[left->index[at]], offsets[left->index[at] + 1], left->value[at], nearest->sum,
                           nearest->touched, count);
    qsort(nearest->touched, count, sizeof(npy_int32), by_number);
    for (npy_intp i = 0; i < count; i++) {
        offer_scaled(nearest, row, nearest->touched[i]);
        nearest->sum[nearest->touched[i]] = 0.0;
    }
}

/* nearest(offsets, index, value, width, offsets, index, value, width, k, scale, allowed): for each row of a matrix
 * (R, M) times another (M, width) the `k` highest entries above 0; `scale` (width,) multiplies columns, `allowed`
 * (width,) says which may be named, None for either leaves them as they are. */
static PyObject *nearest(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    Matrix left, right;
    if (given != 11)
        return PyErr_Format(PyExc_TypeError, "nearest(LEFT, RIGHT, k, scale, allowed), matrices being four arguments");
    if (!is_matrix(arguments, &left) || !is_matrix(arguments + 4, &right) || !is_mask(arguments[10], right.width))
        return NULL;
    if (left.width != right.rows)
        return PyErr_Format(PyExc_ValueError, "%zd columns times %zd rows", left.width, right.rows);
    const Py_ssize_t k = PyLong_AsSsize_t(arguments[8]);
    if (k < 1)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "k is %zd", k);
    if (arguments[9] != Py_None && !is_array(arguments[9], NPY_DOUBLE, "scale"))
        return NULL;
    if (arguments[9] != Py_None && LENGTH(arguments[9]) != right.width)
        return PyErr_Format(PyExc_ValueError, "scale has another length than there are columns");
    Nearest state = {.left = &left, .right = &right};
    state.scale = arguments[9] == Py_None ? NULL : DATA(arguments[9]);
    state.allowed = arguments[10] == Py_None ? NULL : DATA(arguments[10]);
    state.sum = calloc(right.width + 1, sizeof(double));
    state.touched = malloc(sizeof(npy_int32) * (right.width + 1));
    PyObject *result = NULL;
    if (make(&state.best, left.rows, right.width, k) && state.sum && state.touched) {
        Py_BEGIN_ALLOW_THREADS
        for (npy_intp row = 0; row < left.rows; row++)
            row_nearest(&state, row);
        Py_END_ALLOW_THREADS
        result = found(&state.best, left.rows);
    } else
        PyErr_NoMemory();
    drop(&state.best);
    free(state.sum);
    free(state.touched);
    return result;
}

#define KERNEL(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

static PyMethodDef methods[] = {KERNEL(alike), KERNEL(nearest), {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "training._nearest", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit__nearest(void)
{
    import_array();
    return PyModule_Create(&definition);
}
