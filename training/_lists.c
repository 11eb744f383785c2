/* What lists of candidates are made with, a step at a time, for one waiting customer above all; see features/_kernels.c.
 */

#include "kernels.h"

/* --- Candidates of one customer --- */

/* inner(user, items): (P,) inner products of one float64 vector (F,) with float32 vectors (P, F). The order of a sum is
 * the compiler's: the factors lie on grids on which every sum is exact. */
static PyObject *inner(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 2, "inner(user, items)") || !is_array(arguments[0], NPY_DOUBLE, NPY_DOUBLE, "user") ||
        !is_array(arguments[1], NPY_FLOAT, NPY_FLOAT, "items"))
        return NULL;
    PyArrayObject *items = (PyArrayObject *)arguments[1];
    const npy_intp factors = LENGTH(arguments[0]);
    if (PyArray_NDIM(items) != 2 || PyArray_DIM(items, 1) != factors)
        return PyErr_Format(PyExc_ValueError, "items have another number of factors than the user");
    const npy_intp products = PyArray_DIM(items, 0);
    PyObject *result = made(products, NPY_DOUBLE);
    if (result == NULL)
        return NULL;
    double *out = DATA(result);
    const double *user = DATA(arguments[0]);
    const float *item = DATA(arguments[1]);
    for (npy_intp i = 0; i < products; i++, item += factors) {
        double sum[4] = {0.0, 0.0, 0.0, 0.0};
        npy_intp f = 0;
        for (; f + 4 <= factors; f += 4)
            for (int lane = 0; lane < 4; lane++)
                sum[lane] += user[f + lane] * (double)item[f + lane];
        for (; f < factors; f++)
            sum[0] += user[f] * (double)item[f];
        out[i] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
    return result;
}


/* Add weight * value of the rows `index` of a sparse table to `sum` (width,), in that order; -inf where nothing was
 * added. */
static void add_rows(const npy_int32 *index, const double *weight, npy_int64 count, const npy_int64 *offsets,
                     const npy_int32 *columns, const void *values, int single, double *restrict sum, npy_intp width)
{
    memset(sum, 0, (size_t)width * sizeof(double));
    for (npy_int64 i = 0; i < count; i++) {
        const npy_int64 begin = offsets[index[i]], end = offsets[index[i] + 1];
        const double by = weight[i];
        if (single) {
            const float *value = values;
            for (npy_int64 at = begin; at < end; at++)
                sum[columns[at]] += by * (double)value[at];
        } else {
            const double *value = values;
            for (npy_int64 at = begin; at < end; at++)
                sum[columns[at]] += by * value[at];
        }
    }
    for (npy_intp i = 0; i < width; i++)
        sum[i] = sum[i] == 0.0 ? -INFINITY : sum[i];
}

/* spread(begins, index, weight, offsets, columns, values, width): (R, width) sums of weight * value over the rows
 * index[begins[r]:begins[r + 1]] of a sparse table, in that order; -inf where nothing was added. */
static PyObject *spread(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 7, "spread(begins, index, weight, offsets, columns, values, width)") ||
        !is_array(arguments[0], NPY_INT64, NPY_INT64, "begins") || !is_array(arguments[1], NPY_INT32, NPY_INT32, "index") ||
        !is_array(arguments[2], NPY_DOUBLE, NPY_DOUBLE, "weight") ||
        !is_array(arguments[3], NPY_INT64, NPY_INT64, "offsets") ||
        !is_array(arguments[4], NPY_INT32, NPY_INT32, "columns") || !is_array(arguments[5], NPY_DOUBLE, NPY_FLOAT, "values"))
        return NULL;
    const Py_ssize_t width = PyLong_AsSsize_t(arguments[6]);
    if (width == -1 && PyErr_Occurred())
        return NULL;
    const npy_int64 *begins = DATA(arguments[0]), *offsets = DATA(arguments[3]);
    const npy_int32 *index = DATA(arguments[1]), *columns = DATA(arguments[4]);
    const double *weight = DATA(arguments[2]);
    const npy_intp count = LENGTH(arguments[1]), rows = LENGTH(arguments[3]) - 1, entries = LENGTH(arguments[4]);
    const npy_intp asked = LENGTH(arguments[0]) - 1;
    if (LENGTH(arguments[2]) != count || LENGTH(arguments[5]) != entries || asked < 0 || begins[0] != 0 ||
        begins[asked] != count)
        return PyErr_Format(PyExc_ValueError, "weights or values of another number than their places");
    for (npy_intp r = 0; r < asked; r++)
        if (begins[r] > begins[r + 1])
            return PyErr_Format(PyExc_ValueError, "rows that begin before others end");
    for (npy_intp i = 0; i < count; i++)
        if (index[i] < 0 || index[i] >= rows || offsets[index[i]] < 0 || offsets[index[i] + 1] > entries)
            return PyErr_Format(PyExc_IndexError, "row %d of %zd", (int)index[i], (Py_ssize_t)rows);
    npy_intp shape[2] = {asked, width};
    PyObject *result = PyArray_EMPTY(2, shape, NPY_DOUBLE, 0);
    if (result == NULL)
        return NULL;
    const int single = PyArray_TYPE((PyArrayObject *)arguments[5]) == NPY_FLOAT;
    const void *values = DATA(arguments[5]);
    double *sums = DATA(result);
    Py_BEGIN_ALLOW_THREADS;
    for (npy_intp r = 0; r < asked; r++)
        add_rows(index + begins[r], weight + begins[r], begins[r + 1] - begins[r], offsets, columns, values, single,
                 sums + r * width, width);
    Py_END_ALLOW_THREADS;
    return result;
}

typedef struct {
    double score;
    npy_int32 product;
} Candidate;

/* Whether one stands behind the other in a list: ties go to the lower product. */
static inline int behind(Candidate one, Candidate other)
{
    return one.score < other.score || (one.score == other.score && one.product > other.product);
}

/* Put an entry where the last of a heap, the one behind all others, stood. */
static void sink(Candidate *heap, npy_intp size, Candidate entry)
{
    npy_intp at = 0, child;
    while ((child = 2 * at + 1) < size) {
        if (child + 1 < size && behind(heap[child + 1], heap[child]))
            child++;
        if (!behind(heap[child], entry))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = entry;
}

static void rise(Candidate *heap, npy_intp at, Candidate entry)
{
    while (at > 0 && behind(entry, heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = entry;
}

/* best(scores, products, k, excluded, allowed): the products and float32 scores of the k best, best first. `products`
 * (N,) is None where they are 0, 1, 2 ...; excluded ones are ascending, or None; `allowed` (P,) is None for all. */
static PyObject *best(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 5, "best(scores, products, k, excluded, allowed)") ||
        !is_array(arguments[0], NPY_DOUBLE, NPY_FLOAT, "scores") ||
        (arguments[1] != Py_None && !is_array(arguments[1], NPY_INT32, NPY_INT32, "products")) ||
        (arguments[3] != Py_None && !is_array(arguments[3], NPY_INT32, NPY_INT32, "excluded")) ||
        (arguments[4] != Py_None && !is_array(arguments[4], NPY_BOOL, NPY_BOOL, "allowed")))
        return NULL;
    const npy_intp count = LENGTH(arguments[0]);
    Py_ssize_t k = PyLong_AsSsize_t(arguments[2]);
    if (k < 0)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "k is %zd", k);
    k = k < count ? k : count;
    const int single = PyArray_TYPE((PyArrayObject *)arguments[0]) == NPY_FLOAT;
    const double *doubles = DATA(arguments[0]);
    const float *floats = DATA(arguments[0]);
    const npy_int32 *products = arguments[1] == Py_None ? NULL : DATA(arguments[1]);
    const npy_int32 *excluded = arguments[3] == Py_None ? NULL : DATA(arguments[3]);
    const npy_intp exclusions = excluded == NULL ? 0 : LENGTH(arguments[3]);
    const npy_bool *allowed = arguments[4] == Py_None ? NULL : DATA(arguments[4]);
    const npy_intp known = allowed == NULL ? 0 : LENGTH(arguments[4]);
    Candidate *heap = PyMem_Malloc(sizeof(Candidate) * (k + 1));
    if (heap == NULL)
        return PyErr_NoMemory();
    npy_intp size = 0;
    double least = -3.4028234663852886e38; /* what float32 can hold */
    for (npy_intp i = 0; i < count; i++) {
        const double score = single ? (double)floats[i] : doubles[i];
        if (!(score >= least))
            continue;
        const Candidate entry = {score, products == NULL ? (npy_int32)i : products[i]};
        if (size == k && !behind(heap[0], entry))
            continue;
        if (allowed != NULL && (entry.product >= known || !allowed[entry.product]))
            continue;
        if (exclusions && excluded[place_of_code(excluded, 0, exclusions, entry.product)] == entry.product)
            continue;
        if (size < k)
            rise(heap, size++, entry);
        else
            sink(heap, size, entry);
        if (size == k)
            least = heap[0].score;
    }
    PyObject *found = made(size, NPY_INT32), *values = made(size, NPY_FLOAT), *result = NULL;
    if (found && values) {
        npy_int32 *product = DATA(found);
        float *score = DATA(values);
        while (size > 0) {
            const Candidate last = heap[0];
            size--;
            product[size] = last.product;
            score[size] = (float)last.score;
            sink(heap, size, heap[size]);
        }
        result = PyTuple_Pack(2, found, values);
    }
    Py_XDECREF(found);
    Py_XDECREF(values);
    PyMem_Free(heap);
    return result;
}

/* walk(order, columns, values, k, excluded, allowed): the first k products of a list that may be shown, and their float32
 * scores; `order` (N,) holds the places of the list's entries, best first. As for `best` otherwise. */
static PyObject *walk(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 6, "walk(order, columns, values, k, excluded, allowed)") ||
        !is_array(arguments[0], NPY_INT64, NPY_INT64, "order") ||
        !is_array(arguments[1], NPY_INT32, NPY_INT32, "columns") ||
        !is_array(arguments[2], NPY_FLOAT, NPY_DOUBLE, "values") ||
        (arguments[4] != Py_None && !is_array(arguments[4], NPY_INT32, NPY_INT32, "excluded")) ||
        (arguments[5] != Py_None && !is_array(arguments[5], NPY_BOOL, NPY_BOOL, "allowed")))
        return NULL;
    const npy_int64 *order = DATA(arguments[0]);
    const npy_int32 *columns = DATA(arguments[1]);
    const int single = PyArray_TYPE((PyArrayObject *)arguments[2]) == NPY_FLOAT;
    const float *floats = DATA(arguments[2]);
    const double *doubles = DATA(arguments[2]);
    const Py_ssize_t k = PyLong_AsSsize_t(arguments[3]);
    if (k < 0)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "k is %zd", k);
    const npy_intp length = LENGTH(arguments[0]), entries = LENGTH(arguments[1]);
    if (LENGTH(arguments[2]) != entries)
        return PyErr_Format(PyExc_ValueError, "values of another number than columns");
    const npy_int32 *excluded = arguments[4] == Py_None ? NULL : DATA(arguments[4]);
    const npy_intp exclusions = excluded == NULL ? 0 : LENGTH(arguments[4]);
    const npy_bool *allowed = arguments[5] == Py_None ? NULL : DATA(arguments[5]);
    const npy_intp known = allowed == NULL ? 0 : LENGTH(arguments[5]);
    const npy_intp most = k < length ? k : length;
    npy_int32 *product = PyMem_Malloc((sizeof(npy_int32) + sizeof(float)) * (most + 1));
    if (product == NULL)
        return PyErr_NoMemory();
    float *score = (float *)(product + most);
    npy_intp size = 0;
    for (npy_intp i = 0; i < length && size < most; i++) {
        const npy_int64 at = order[i];
        if (at < 0 || at >= entries) {
            PyMem_Free(product);
            return PyErr_Format(PyExc_IndexError, "entry %zd of %zd", (Py_ssize_t)at, (Py_ssize_t)entries);
        }
        const npy_int32 column = columns[at];
        if (allowed != NULL && (column >= known || !allowed[column]))
            continue;
        if (exclusions && excluded[place_of_code(excluded, 0, exclusions, column)] == column)
            continue;
        product[size] = column;
        score[size++] = single ? floats[at] : (float)doubles[at];
    }
    PyObject *found = made(size, NPY_INT32), *scores = made(size, NPY_FLOAT), *result = NULL;
    if (found && scores) {
        memcpy(DATA(found), product, sizeof(npy_int32) * size);
        memcpy(DATA(scores), score, sizeof(float) * size);
        result = PyTuple_Pack(2, found, scores);
    }
    Py_XDECREF(found);
    Py_XDECREF(scores);
    PyMem_Free(product);
    return result;
}

/* --- Lists --- */

/* pooled(offsets, products, rows): what G generators named, their offsets (R + 1,) and products being the items of two
 * lists, as (M,) rows and products, ascending and each pair once, and (M, G) ranks from 1, NaN for those who did not. */
static PyObject *pooled(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 3, "pooled(offsets, products, rows)") || !PyList_Check(arguments[0]) || !PyList_Check(arguments[1]))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "offsets or products is no list");
    const Py_ssize_t generators = PyList_GET_SIZE(arguments[0]), rows = PyLong_AsSsize_t(arguments[2]);
    if (rows < 0 || PyList_GET_SIZE(arguments[1]) != generators)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "as many lists of products as of offsets are needed");
    npy_intp total = 0;
    for (Py_ssize_t g = 0; g < generators; g++) {
        PyObject *ends = PyList_GET_ITEM(arguments[0], g), *products = PyList_GET_ITEM(arguments[1], g);
        if (!is_array(ends, NPY_INT64, NPY_INT64, "offsets") || !is_array(products, NPY_INT32, NPY_INT32, "products"))
            return NULL;
        const npy_int64 *end = DATA(ends);
        if (LENGTH(ends) != rows + 1 || end[0] != 0 || end[rows] != LENGTH(products))
            return PyErr_Format(PyExc_ValueError, "offsets do not fit the products");
        for (npy_intp row = 0; row < rows; row++)
            if (end[row] > end[row + 1])
                return PyErr_Format(PyExc_ValueError, "offsets do not ascend");
        total += end[rows];
    }
    Entry *entries = PyMem_RawMalloc(sizeof(Entry) * (2 * total + 1));
    if (entries == NULL)
        return PyErr_NoMemory();
    npy_intp count = 0, different = 0;
    for (npy_intp row = 0; row < rows; row++) {
        const npy_intp begin = count;
        for (Py_ssize_t g = 0; g < generators; g++) {
            const npy_int64 *end = DATA(PyList_GET_ITEM(arguments[0], g));
            const npy_int32 *product = DATA(PyList_GET_ITEM(arguments[1], g));
            for (npy_int64 i = end[row]; i < end[row + 1]; i++)
                entries[count++] = (Entry){(npy_int64)row << 32 | (npy_uint32)product[i], g << 32 | (i - end[row] + 1)};
        }
        sort(entries + begin, entries + total, count - begin);
    }
    for (npy_intp i = 0; i < count; i++)
        different += i == 0 || entries[i].key != entries[i - 1].key;
    npy_intp shape[2] = {different, generators};
    PyObject *row = made(different, NPY_INT32), *product = made(different, NPY_INT32), *result = NULL;
    PyObject *rank = PyArray_EMPTY(2, shape, NPY_FLOAT, 0);
    if (row && product && rank) {
        npy_int32 *rows_out = DATA(row), *products_out = DATA(product);
        float *ranks = DATA(rank);
        npy_intp at = -1;
        for (npy_intp i = 0; i < different * generators; i++)
            ranks[i] = NAN;
        for (npy_intp i = 0; i < count; i++) {
            if (i == 0 || entries[i].key != entries[i - 1].key) {
                rows_out[++at] = (npy_int32)(entries[i].key >> 32);
                products_out[at] = (npy_int32)(entries[i].key & 0xFFFFFFFF);
            }
            ranks[at * generators + (entries[i].place >> 32)] = (float)(entries[i].place & 0xFFFFFFFF);
        }
        result = PyTuple_Pack(3, row, product, rank);
    }
    Py_XDECREF(row);
    Py_XDECREF(product);
    Py_XDECREF(rank);
    PyMem_RawFree(entries);
    return result;
}

/* rated(values, index, product): (M,) float32 scores of products: one row's dense values where `index` is None, NaN for
 * -inf; else the entries at the ascending columns `index`, NaN where there is none. */
static PyObject *rated(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 3, "rated(values, index, product)") || !is_array(arguments[0], NPY_DOUBLE, NPY_FLOAT, "values") ||
        (arguments[1] != Py_None && !is_array(arguments[1], NPY_INT32, NPY_INT32, "index")) ||
        !is_array(arguments[2], NPY_INT32, NPY_INT32, "product"))
        return NULL;
    const npy_intp known = LENGTH(arguments[0]), wanted = LENGTH(arguments[2]);
    const int single = PyArray_TYPE((PyArrayObject *)arguments[0]) == NPY_FLOAT;
    const float *floats = DATA(arguments[0]);
    const double *doubles = DATA(arguments[0]);
    const npy_int32 *index = arguments[1] == Py_None ? NULL : DATA(arguments[1]), *product = DATA(arguments[2]);
    if (index != NULL && LENGTH(arguments[1]) != known)
        return PyErr_Format(PyExc_ValueError, "index has another length than values");
    PyObject *result = made(wanted, NPY_FLOAT);
    if (result == NULL)
        return NULL;
    float *out = DATA(result);
    for (npy_intp i = 0; i < wanted; i++) {
        npy_intp at = product[i];
        if (index != NULL) {
            at = known ? place_of_code(index, 0, known, product[i]) : -1;
            at = at >= 0 && index[at] == product[i] ? at : -1;
        } else if (at < 0 || at >= known) {
            Py_DECREF(result);
            return PyErr_Format(PyExc_IndexError, "product %d of %zd", (int)product[i], (Py_ssize_t)known);
        }
        const double value = at < 0 ? -INFINITY : single ? (double)floats[at] : doubles[at];
        out[i] = at < 0 || (index == NULL && value == -INFINITY) ? NAN : (float)value;
    }
    return result;
}

/* Whole numbers in the falling order of the doubles, equal ones for 0 and -0. */
static inline npy_int64 falling(double score)
{
    union {
        double value;
        npy_int64 bits;
    } number = {score + 0.0};
    return ~(number.bits ^ (npy_int64)((npy_uint64)(number.bits >> 63) >> 1));
}

/* ranked(row, score, rank): (M,) the places of pairs, which come by row and product, by row and falling score, ties to
 * the one before; and for each the generator that ranked (M, G) it best, the first of equals. No score is NaN. */
static PyObject *ranked(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 3, "ranked(row, score, rank)") || !is_array(arguments[0], NPY_INT32, NPY_INT32, "row") ||
        !is_array(arguments[1], NPY_DOUBLE, NPY_DOUBLE, "score") || !is_array(arguments[2], NPY_FLOAT, NPY_FLOAT, "rank"))
        return NULL;
    const npy_intp pairs = LENGTH(arguments[0]);
    PyArrayObject *ranks = (PyArrayObject *)arguments[2];
    if (LENGTH(arguments[1]) != pairs || PyArray_NDIM(ranks) != 2 || PyArray_DIM(ranks, 0) != pairs)
        return PyErr_Format(PyExc_ValueError, "score or rank has another length than row");
    const npy_intp generators = PyArray_DIM(ranks, 1);
    const npy_int32 *row = DATA(arguments[0]);
    const double *score = DATA(arguments[1]);
    const float *rank = DATA(arguments[2]);
    Entry *entries = PyMem_RawMalloc(sizeof(Entry) * (2 * pairs + 1));
    if (entries == NULL)
        return PyErr_NoMemory();
    BEGIN_ALONE(pairs)
    npy_intp begin = 0;
    for (npy_intp i = 0; i < pairs; i++) {
        if (i > begin && row[i] != row[i - 1]) {
            sort(entries + begin, entries + pairs, i - begin);
            begin = i;
        }
        entries[i] = (Entry){falling(score[i]), i};
    }
    sort(entries + begin, entries + pairs, pairs - begin);
    END_ALONE
    PyObject *places = made(pairs, NPY_INT64), *sources = made(pairs, NPY_INT32), *result = NULL;
    if (places && sources) {
        npy_int64 *place = DATA(places);
        npy_int32 *source = DATA(sources);
        for (npy_intp i = 0; i < pairs; i++) {
            const float *own = rank + entries[i].place * generators;
            npy_int32 first = 0;
            for (npy_int32 g = 1; g < generators; g++)
                if (own[g] < own[first] || (own[first] != own[first] && own[g] == own[g]))
                    first = g;
            place[i] = entries[i].place;
            source[i] = first;
        }
        result = PyTuple_Pack(2, places, sources);
    }
    Py_XDECREF(places);
    Py_XDECREF(sources);
    PyMem_RawFree(entries);
    return result;
}

/* apart(row, product, rows, products): (M,) whether a pair is none of some others, which need no order. */
static PyObject *apart(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    static const char *const names[] = {"row", "product", "rows", "products"};
    if (!takes(given, 4, "apart(row, product, rows, products)"))
        return NULL;
    for (int i = 0; i < 4; i++)
        if (!is_array(arguments[i], NPY_INT32, NPY_INT32, names[i]))
            return NULL;
    const npy_intp pairs = LENGTH(arguments[0]), others = LENGTH(arguments[2]);
    if (LENGTH(arguments[1]) != pairs || LENGTH(arguments[3]) != others)
        return PyErr_Format(PyExc_ValueError, "as many products as rows are needed");
    const npy_int32 *row = DATA(arguments[0]), *product = DATA(arguments[1]);
    const npy_int32 *rows = DATA(arguments[2]), *products = DATA(arguments[3]);
    Entry *entries = PyMem_RawMalloc(sizeof(Entry) * (2 * others + 1));
    PyObject *result = made(pairs, NPY_BOOL);
    if (entries == NULL || result == NULL) {
        PyMem_RawFree(entries);
        Py_XDECREF(result);
        return PyErr_NoMemory();
    }
    npy_bool *out = DATA(result);
    for (npy_intp i = 0; i < others; i++)
        entries[i] = (Entry){(npy_int64)rows[i] << 32 | (npy_uint32)products[i], i};
    sort(entries, entries + others, others);
    for (npy_intp i = 0; i < pairs; i++) {
        const npy_int64 key = (npy_int64)row[i] << 32 | (npy_uint32)product[i];
        npy_intp low = 0, high = others;
        while (low < high) {
            const npy_intp middle = low + (high - low) / 2;
            if (entries[middle].key < key)
                low = middle + 1;
            else
                high = middle;
        }
        out[i] = low == others || entries[low].key != key;
    }
    PyMem_RawFree(entries);
    return result;
}

static PyMethodDef methods[] = {
    KERNEL(inner), KERNEL(spread), KERNEL(best), KERNEL(walk), KERNEL(pooled), KERNEL(rated), KERNEL(ranked), KERNEL(apart),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "training._lists", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit__lists(void)
{
    import_array();
    return PyModule_Create(&definition);
}
