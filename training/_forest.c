/* Scores of gradient-boosted trees, several rows side by side.
 *
 * A walk down a tree waits at each step for the one before it. Walks of different rows do not wait for each other, so
 * LANES of them go down a tree together, and no step has a branch that could be guessed wrong: leaves lead to
 * themselves until the last walk has arrived. Values are added in the order of the trees, as LightGBM adds them.
 */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <math.h>
#include <numpy/arrayobject.h>

#define LANES 8
#define ROWS 32 /* whose features stay in the first cache while all trees are walked */

/* As `training.forest.NODE` declares it. */
typedef struct {
    float threshold;    /* rows with a feature up to it go to `left`, others to the node after that */
    npy_uint16 feature; /* of a row, or of the second copy of a row */
    npy_uint16 left;    /* number within the tree; a leaf is its own */
} Node;

typedef struct {
    const Node *nodes;
    const double *value; /* of the nodes, 0 where they are no leaves */
    const npy_int32 *roots;
    npy_intp trees;
} Forest;

/* Two copies of each row: what is missing is above every threshold in the first, and below all in the second. */
static void copy_twice(const float *matrix, npy_intp rows, npy_intp width, float *twice)
{
    for (npy_intp row = 0; row < rows; row++, matrix += width, twice += 2 * width)
        for (npy_intp i = 0; i < width; i++) {
            twice[i] = matrix[i];
            twice[width + i] = matrix[i] != matrix[i] ? -INFINITY : matrix[i];
        }
}

static inline unsigned step(const Node *nodes, unsigned at, const float *row)
{
    const Node node = nodes[at];
    return node.left + !(row[node.feature] <= node.threshold);
}

/* Down one tree with LANES rows. */
static void walk(const Node *nodes, const double *value, const float *rows, npy_intp width, double *sum)
{
    unsigned at[LANES] = {0};
    unsigned moved;
    do {
        moved = 0;
        for (int lane = 0; lane < LANES; lane++) {
            const unsigned next = step(nodes, at[lane], rows + lane * width);
            moved |= next ^ at[lane];
            at[lane] = next;
        }
    } while (moved);
    for (int lane = 0; lane < LANES; lane++)
        sum[lane] += value[at[lane]];
}

static void walk_one(const Node *nodes, const double *value, const float *row, double *sum)
{
    unsigned at = 0, next;
    while ((next = step(nodes, at, row)) != at)
        at = next;
    *sum += value[at];
}

/* Down all trees with at most ROWS rows. */
static void walk_all(const Forest *forest, const float *twice, npy_intp rows, npy_intp width, double *sum)
{
    for (npy_intp tree = 0; tree < forest->trees; tree++) {
        const Node *nodes = forest->nodes + forest->roots[tree];
        const double *value = forest->value + forest->roots[tree];
        npy_intp row = 0;
        for (; row + LANES <= rows; row += LANES)
            walk(nodes, value, twice + row * width, width, sum + row);
        for (; row < rows; row++)
            walk_one(nodes, value, twice + row * width, sum + row);
    }
}

static void walk_blocks(const Forest *forest, const float *matrix, npy_intp rows, npy_intp width, float *twice, double *sum)
{
    for (npy_intp start = 0; start < rows; start += ROWS) {
        const npy_intp some = rows - start < ROWS ? rows - start : ROWS;
        copy_twice(matrix + start * width, some, width, twice);
        walk_all(forest, twice, some, 2 * width, sum + start);
    }
}

/* Whether an argument is a contiguous array of a type and dimension; an exception is set where it is not. */
static int is_array(PyObject *object, int type, int dimensions, const char *name)
{
    if (PyArray_Check(object)) {
        PyArrayObject *array = (PyArrayObject *)object;
        const int same = type == NPY_VOID ? PyArray_ITEMSIZE(array) == sizeof(Node) : PyArray_TYPE(array) == type;
        if (same && PyArray_NDIM(array) == dimensions && PyArray_IS_C_CONTIGUOUS(array))
            return 1;
    }
    PyErr_Format(PyExc_TypeError, "%s is no contiguous array of the right type and dimension", name);
    return 0;
}

static PyObject *scores(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    static const char *const names[] = {"nodes", "value", "roots", "matrix"};
    static const int types[] = {NPY_VOID, NPY_DOUBLE, NPY_INT32, NPY_FLOAT};
    if (count != 4)
        return PyErr_Format(PyExc_TypeError, "scores takes nodes, value, roots and matrix");
    for (int i = 0; i < 4; i++)
        if (!is_array(arguments[i], types[i], i == 3 ? 2 : 1, names[i]))
            return NULL;
    PyArrayObject *nodes = (PyArrayObject *)arguments[0], *value = (PyArrayObject *)arguments[1];
    PyArrayObject *roots = (PyArrayObject *)arguments[2], *matrix = (PyArrayObject *)arguments[3];
    const Forest forest = {PyArray_DATA(nodes), PyArray_DATA(value), PyArray_DATA(roots), PyArray_DIM(roots, 0)};
    npy_intp rows = PyArray_DIM(matrix, 0);
    const npy_intp width = PyArray_DIM(matrix, 1);
    float *twice = PyMem_Malloc(sizeof(float) * 2 * ROWS * (width + 1));
    PyObject *sum = PyArray_ZEROS(1, &rows, NPY_DOUBLE, 0);
    if (twice == NULL || sum == NULL) {
        PyMem_Free(twice);
        Py_XDECREF(sum);
        return PyErr_NoMemory();
    }
    double *sums = PyArray_DATA((PyArrayObject *)sum);
    Py_BEGIN_ALLOW_THREADS;
    walk_blocks(&forest, PyArray_DATA(matrix), rows, width, twice, sums);
    Py_END_ALLOW_THREADS;
    PyMem_Free(twice);
    return sum;
}

static PyMethodDef methods[] = {
    {"scores", (PyCFunction)(void (*)(void))scores, METH_FASTCALL, "scores(nodes, value, roots, matrix): (M,) sums"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "training._forest", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit__forest(void)
{
    import_array();
    return PyModule_Create(&definition);
}
