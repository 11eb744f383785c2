/* Small steps that one waiting customer asks for by the hundred.
 *
 * NumPy takes microseconds to begin each of its operations, whatever the size; a list for one customer needs some
 * thousand of them. What stands here is what several of them did in a row, for one customer and for a million alike, and
 * to the same bits. Arguments are contiguous arrays of exactly the type that is said; anything else is a TypeError.
 */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <math.h>
#include <numpy/arrayobject.h>
#include <string.h>

#define DATA(array) PyArray_DATA((PyArrayObject *)(array))
#define LENGTH(array) PyArray_SIZE((PyArrayObject *)(array))

/* Other threads may run meanwhile where there is much to do; one answer's few entries are not worth the waiting. */
#define MANY 20000
#define BEGIN_ALONE(size)                                                                                              \
    {                                                                                                                  \
        PyThreadState *saved = (size) > MANY ? PyEval_SaveThread() : NULL;
#define END_ALONE                                                                                                      \
        if (saved != NULL)                                                                                             \
            PyEval_RestoreThread(saved);                                                                               \
    }

/* Whether an argument is a contiguous array of one of two types; an exception is set where it is not. */
static int is_array(PyObject *object, int type, int other, const char *name)
{
    if (PyArray_Check(object)) {
        PyArrayObject *array = (PyArrayObject *)object;
        const int found = PyArray_TYPE(array);
        if ((found == type || found == other) && PyArray_IS_C_CONTIGUOUS(array) && PyArray_ISNOTSWAPPED(array))
            return 1;
    }
    PyErr_Format(PyExc_TypeError, "%s is no contiguous array of the right type", name);
    return 0;
}

static int takes(Py_ssize_t given, Py_ssize_t wanted, const char *usage)
{
    if (given != wanted)
        PyErr_Format(PyExc_TypeError, "wrong number of arguments; %s", usage);
    return given == wanted;
}

static PyObject *made(npy_intp size, int type)
{
    return PyArray_EMPTY(1, &size, type, 0);
}

/* --- Sorting keys with their places --- */

typedef struct {
    npy_int64 key;
    npy_int64 place;
} Entry;

#define SHORT 24

static void insert(Entry *entries, npy_intp count)
{
    for (npy_intp i = 1; i < count; i++) {
        const Entry entry = entries[i];
        npy_intp at = i;
        for (; at > 0 && entries[at - 1].key > entry.key; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

/* Stable; `spare` has room for `count` entries. */
static void sort(Entry *entries, Entry *spare, npy_intp count)
{
    if (count <= SHORT) {
        insert(entries, count);
        return;
    }
    const npy_intp half = count / 2;
    sort(entries, spare, half);
    sort(entries + half, spare, count - half);
    if (entries[half - 1].key <= entries[half].key)
        return;
    memcpy(spare, entries, sizeof(Entry) * half);
    npy_intp left = 0, right = half, out = 0;
    while (left < half && right < count)
        entries[out++] = entries[right].key < spare[left].key ? entries[right++] : spare[left++];
    memcpy(entries + out, spare + left, sizeof(Entry) * (half - left));
}

/* --- Groups of events --- */

/* group(row, thing, time, order, weight, things, merge): the events that have a thing, by (row, thing) and otherwise in
 * their order, those of one order as one where `merge` says so. Events come sorted by row. */
static PyObject *group(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    static const char *const names[] = {"row", "thing", "time", "order", "weight"};
    static const int types[] = {NPY_INT32, NPY_INT32, NPY_INT64, NPY_INT32, NPY_DOUBLE};
    if (!takes(given, 7, "group(row, thing, time, order, weight, things, merge)"))
        return NULL;
    for (int i = 0; i < 5; i++)
        if (!is_array(arguments[i], types[i], types[i], names[i]))
            return NULL;
    const npy_intp events = LENGTH(arguments[0]);
    for (int i = 1; i < 5; i++)
        if (LENGTH(arguments[i]) != events)
            return PyErr_Format(PyExc_ValueError, "%s has another length than row", names[i]);
    const npy_int64 things = PyLong_AsLongLong(arguments[5]);
    const int merge = PyObject_IsTrue(arguments[6]);
    if (PyErr_Occurred())
        return NULL;
    const npy_int32 *row = DATA(arguments[0]), *thing = DATA(arguments[1]), *order = DATA(arguments[3]);
    const npy_int64 *time = DATA(arguments[2]);
    const double *weight = DATA(arguments[4]);

    Entry *entries = PyMem_Malloc(sizeof(Entry) * (2 * events + 1));
    if (entries == NULL)
        return PyErr_NoMemory();
    npy_intp count = 0, begin = 0, kept = 0, groups = 0;
    BEGIN_ALONE(events)
    for (npy_intp i = 0; i < events; i++) {
        if (count > begin && row[i] != row[i - 1]) {
            sort(entries + begin, entries + events, count - begin);
            begin = count;
        }
        if (thing[i] >= 0)
            entries[count++] = (Entry){row[i] * things + thing[i], i};
    }
    sort(entries + begin, entries + events, count - begin);
    for (npy_intp i = 0; i < count; i++) {
        const int other = i == 0 || entries[i].key != entries[i - 1].key;
        groups += other;
        kept += other || !merge || order[entries[i].place] != order[entries[i - 1].place];
    }
    END_ALONE

    PyObject *keys = made(groups, NPY_INT64), *starts = made(groups + 1, NPY_INT64), *owners = made(kept, NPY_INT64);
    PyObject *times = made(kept, NPY_INT64), *weights = made(kept, NPY_DOUBLE), *orders = made(kept, NPY_INT32);
    PyObject *result = NULL;
    if (keys && starts && owners && times && weights && orders) {
        npy_int64 *key = DATA(keys), *start = DATA(starts), *owner = DATA(owners), *moment = DATA(times);
        double *sum = DATA(weights);
        npy_int32 *number = DATA(orders);
        npy_intp out = -1, at = -1;
        for (npy_intp i = 0; i < count; i++) {
            const npy_intp place = entries[i].place;
            const int other = i == 0 || entries[i].key != entries[i - 1].key;
            if (other || !merge || order[place] != order[entries[i - 1].place]) {
                out++;
                if (other) {
                    key[++at] = entries[i].key;
                    start[at] = out;
                }
                owner[out] = at;
                moment[out] = time[place];
                number[out] = order[place];
                sum[out] = 0.0;
            }
            sum[out] += weight[place];
        }
        start[groups] = kept;
        result = PyTuple_Pack(6, keys, starts, owners, times, weights, orders);
    }
    Py_XDECREF(keys);
    Py_XDECREF(starts);
    Py_XDECREF(owners);
    Py_XDECREF(times);
    Py_XDECREF(weights);
    Py_XDECREF(orders);
    PyMem_Free(entries);
    return result;
}

/* decayed(start, time, at, span): (K,) sums over each group of 2 ** ((time - at) / span). */
static PyObject *decayed(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 4, "decayed(start, time, at, span)") || !is_array(arguments[0], NPY_INT64, NPY_INT64, "start") ||
        !is_array(arguments[1], NPY_INT64, NPY_INT64, "time"))
        return NULL;
    const npy_int64 at = PyLong_AsLongLong(arguments[2]);
    const double span = PyFloat_AsDouble(arguments[3]);
    if (PyErr_Occurred())
        return NULL;
    const npy_int64 *start = DATA(arguments[0]), *time = DATA(arguments[1]);
    const npy_intp groups = LENGTH(arguments[0]) - 1;
    PyObject *sums = made(groups, NPY_DOUBLE);
    if (sums == NULL)
        return NULL;
    double *sum = DATA(sums);
    BEGIN_ALONE(LENGTH(arguments[1]))
    for (npy_intp group = 0; group < groups; group++) {
        double total = 0.0;
        for (npy_int64 i = start[group]; i < start[group + 1]; i++)
            total += exp2((double)(time[i] - at) / span);
        sum[group] = total;
    }
    END_ALONE
    return sums;
}

/* --- Finding --- */

#define SEARCH(name, type)                                                                                             \
    /* The first place from `low` on whose key is not below, the last place where all are; `count` is above 0. */      \
    static inline npy_intp name(const type *keys, npy_intp low, npy_intp count, type key)                              \
    {                                                                                                                  \
        npy_intp left = count - low;                                                                                   \
        while (left > 1) {                                                                                             \
            const npy_intp half = left / 2;                                                                            \
            low += keys[low + half - 1] < key ? half : 0;                                                              \
            left -= half;                                                                                              \
        }                                                                                                              \
        return low;                                                                                                    \
    }                                                                                                                  \
    /* Places of many keys; those that come in ascending order are looked for from the one before. */                  \
    static void name##_all(const type *sorted, npy_intp count, const type *keys, npy_intp wanted, npy_int64 *place)    \
    {                                                                                                                  \
        npy_intp low = 0;                                                                                              \
        for (npy_intp i = 0; i < wanted; i++) {                                                                        \
            npy_intp high = count;                                                                                     \
            if (i > 0 && keys[i] >= keys[i - 1]) {                                                                     \
                npy_intp reach = 1;                                                                                    \
                while (low + reach < count && sorted[low + reach] < keys[i])                                           \
                    reach *= 2;                                                                                        \
                high = low + reach + 1 < count ? low + reach + 1 : count;                                              \
            } else                                                                                                     \
                low = 0;                                                                                               \
            low = name(sorted, low, high, keys[i]);                                                                    \
            place[i] = sorted[low] == keys[i] ? low : -1;                                                              \
        }                                                                                                              \
    }

SEARCH(place_of_key, npy_int64)
SEARCH(place_of_code, npy_int32)
SEARCH(place_of_hash, npy_uint64)

/* find(sorted, keys): (M,) the place of each key among distinct ascending ones of its type, -1 where it is absent. */
static PyObject *find(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 2, "find(sorted, keys)") || !PyArray_Check(arguments[0]))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "sorted is no array");
    const int type = PyArray_TYPE((PyArrayObject *)arguments[0]);
    if ((type != NPY_INT64 && type != NPY_INT32 && type != NPY_UINT64))
        return PyErr_Format(PyExc_TypeError, "sorted is neither int64, int32 nor uint64");
    if (!is_array(arguments[0], type, type, "sorted") || !is_array(arguments[1], type, type, "keys"))
        return NULL;
    const npy_intp count = LENGTH(arguments[0]), wanted = LENGTH(arguments[1]);
    PyObject *places = made(wanted, NPY_INT64);
    if (places == NULL)
        return NULL;
    npy_int64 *place = DATA(places);
    if (count == 0) {
        memset(place, -1, sizeof(npy_int64) * wanted);
        return places;
    }
    const void *sorted = DATA(arguments[0]), *keys = DATA(arguments[1]);
    BEGIN_ALONE(wanted)
    if (type == NPY_INT64)
        place_of_key_all(sorted, count, keys, wanted, place);
    else if (type == NPY_INT32)
        place_of_code_all(sorted, count, keys, wanted, place);
    else
        place_of_hash_all(sorted, count, keys, wanted, place);
    END_ALONE
    return places;
}

/* distinct(keys): the distinct keys, ascending, and (N,) the place of each key among them. */
static PyObject *distinct(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 1, "distinct(keys)") || !is_array(arguments[0], NPY_INT64, NPY_INT64, "keys"))
        return NULL;
    const npy_intp count = LENGTH(arguments[0]);
    const npy_int64 *keys = DATA(arguments[0]);
    Entry *entries = PyMem_Malloc(sizeof(Entry) * (2 * count + 1));
    if (entries == NULL)
        return PyErr_NoMemory();
    for (npy_intp i = 0; i < count; i++)
        entries[i] = (Entry){keys[i], i};
    npy_intp different = 0;
    BEGIN_ALONE(count)
    sort(entries, entries + count, count);
    for (npy_intp i = 0; i < count; i++)
        different += i == 0 || entries[i].key != entries[i - 1].key;
    END_ALONE
    PyObject *found = made(different, NPY_INT64), *places = made(count, NPY_INT64), *result = NULL;
    if (found && places) {
        npy_int64 *key = DATA(found), *place = DATA(places);
        npy_intp at = -1;
        for (npy_intp i = 0; i < count; i++) {
            if (i == 0 || entries[i].key != entries[i - 1].key)
                key[++at] = entries[i].key;
            place[entries[i].place] = at;
        }
        result = PyTuple_Pack(2, found, places);
    }
    Py_XDECREF(found);
    Py_XDECREF(places);
    PyMem_Free(entries);
    return result;
}

/* pick(values, at, missing): (M,) the values at some places, as float64; `missing` where a place is -1. */
static PyObject *pick(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 3, "pick(values, at, missing)") || !is_array(arguments[1], NPY_INT64, NPY_INT64, "at"))
        return NULL;
    const double missing = PyFloat_AsDouble(arguments[2]);
    if (missing == -1.0 && PyErr_Occurred())
        return NULL;
    if (!PyArray_Check(arguments[0]) || !PyArray_IS_C_CONTIGUOUS((PyArrayObject *)arguments[0]))
        return PyErr_Format(PyExc_TypeError, "values is no contiguous array");
    const npy_intp size = LENGTH(arguments[0]), count = LENGTH(arguments[1]);
    const npy_int64 *at = DATA(arguments[1]);
    for (npy_intp i = 0; i < count; i++)
        if (at[i] < -1 || at[i] >= size)
            return PyErr_Format(PyExc_IndexError, "place %zd of %zd values", (Py_ssize_t)at[i], (Py_ssize_t)size);
    PyObject *picked = made(count, NPY_DOUBLE);
    if (picked == NULL)
        return NULL;
    double *out = DATA(picked);
#define PICK(type)                                                                                                     \
    {                                                                                                                  \
        const type *values = DATA(arguments[0]);                                                                       \
        for (npy_intp i = 0; i < count; i++)                                                                           \
            out[i] = at[i] < 0 ? missing : (double)values[at[i]];                                                      \
        return picked;                                                                                                 \
    }
    switch (PyArray_TYPE((PyArrayObject *)arguments[0])) {
    case NPY_DOUBLE:
        PICK(double)
    case NPY_INT64:
        PICK(npy_int64)
    case NPY_INT32:
        PICK(npy_int32)
    case NPY_FLOAT:
        PICK(float)
    }
    Py_DECREF(picked);
    return PyErr_Format(PyExc_TypeError, "values are neither float64, float32, int64 nor int32");
}

/* locate(text, offsets, order, key): the index of a key, bytes, among texts; `order` sorts them; -1 where it is absent. */
static PyObject *locate(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 4, "locate(text, offsets, order, key)") || !is_array(arguments[0], NPY_UINT8, NPY_UINT8, "text") ||
        !is_array(arguments[1], NPY_INT64, NPY_INT64, "offsets") ||
        !is_array(arguments[2], NPY_INT32, NPY_INT32, "order") || !PyBytes_Check(arguments[3]))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "key is not of bytes");
    const char *text = DATA(arguments[0]), *key = PyBytes_AS_STRING(arguments[3]);
    const npy_int64 *offsets = DATA(arguments[1]);
    const npy_int32 *order = DATA(arguments[2]);
    const npy_intp size = PyBytes_GET_SIZE(arguments[3]), texts = LENGTH(arguments[1]) - 1;
    npy_intp low = 0, high = LENGTH(arguments[2]);
    while (low < high) {
        const npy_intp middle = low + (high - low) / 2;
        const npy_int32 index = order[middle];
        if (index < 0 || index >= texts)
            return PyErr_Format(PyExc_IndexError, "text %d of %zd", (int)index, (Py_ssize_t)texts);
        const npy_intp length = offsets[index + 1] - offsets[index];
        int sign = memcmp(text + offsets[index], key, length < size ? length : size);
        if (sign == 0)
            sign = (length > size) - (length < size);
        if (sign == 0)
            return PyLong_FromLong(index);
        if (sign < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return PyLong_FromLong(-1);
}

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


/* spread(index, weight, offsets, columns, values, width): (1, width) sums of weight * value over the rows `index` of a
 * sparse table, in the order of `index`; -inf where nothing was added. */
static PyObject *spread(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 6, "spread(index, weight, offsets, columns, values, width)") ||
        !is_array(arguments[0], NPY_INT32, NPY_INT32, "index") || !is_array(arguments[1], NPY_DOUBLE, NPY_DOUBLE, "weight") ||
        !is_array(arguments[2], NPY_INT64, NPY_INT64, "offsets") || !is_array(arguments[3], NPY_INT32, NPY_INT32, "columns") ||
        !is_array(arguments[4], NPY_DOUBLE, NPY_FLOAT, "values"))
        return NULL;
    const Py_ssize_t width = PyLong_AsSsize_t(arguments[5]);
    if (width == -1 && PyErr_Occurred())
        return NULL;
    const npy_int32 *index = DATA(arguments[0]), *columns = DATA(arguments[3]);
    const double *weight = DATA(arguments[1]);
    const npy_int64 *offsets = DATA(arguments[2]);
    const npy_intp count = LENGTH(arguments[0]), rows = LENGTH(arguments[2]) - 1, entries = LENGTH(arguments[3]);
    if (LENGTH(arguments[1]) != count || LENGTH(arguments[4]) != entries)
        return PyErr_Format(PyExc_ValueError, "weights or values of another number than their places");
    npy_intp shape[2] = {1, width};
    PyObject *result = PyArray_ZEROS(2, shape, NPY_DOUBLE, 0);
    if (result == NULL)
        return NULL;
    double *sum = DATA(result);
    const int single = PyArray_TYPE((PyArrayObject *)arguments[4]) == NPY_FLOAT;
    for (npy_intp i = 0; i < count; i++) {
        const npy_int64 begin = index[i] >= 0 && index[i] < rows ? offsets[index[i]] : -1;
        const npy_int64 end = begin < 0 ? -1 : offsets[index[i] + 1];
        if (begin < 0 || end > entries) {
            Py_DECREF(result);
            return PyErr_Format(PyExc_IndexError, "row %d of %zd", (int)index[i], (Py_ssize_t)rows);
        }
        const double by = weight[i];
        if (single) {
            const float *values = DATA(arguments[4]);
            for (npy_int64 at = begin; at < end; at++)
                sum[columns[at]] += by * (double)values[at];
        } else {
            const double *values = DATA(arguments[4]);
            for (npy_int64 at = begin; at < end; at++)
                sum[columns[at]] += by * values[at];
        }
    }
    for (Py_ssize_t i = 0; i < width; i++)
        if (sum[i] == 0.0)
            sum[i] = -INFINITY;
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

/* counts(codes, size): (size + 1,) how many codes are -1, 0, 1 and so on. */
static PyObject *counts(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 2, "counts(codes, size)") || !is_array(arguments[0], NPY_INT32, NPY_INT32, "codes"))
        return NULL;
    const Py_ssize_t size = PyLong_AsSsize_t(arguments[1]);
    if (size < 0)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "size is %zd", size);
    npy_intp length = size + 1, wrong = -1;
    PyObject *result = PyArray_ZEROS(1, &length, NPY_INT64, 0);
    if (result == NULL)
        return NULL;
    npy_int64 *count = (npy_int64 *)DATA(result) + 1;
    const npy_int32 *codes = DATA(arguments[0]);
    const npy_intp events = LENGTH(arguments[0]);
    BEGIN_ALONE(events)
    for (npy_intp i = 0; i < events && wrong < 0; i++) {
        if (codes[i] >= -1 && codes[i] < size)
            count[codes[i]]++;
        else
            wrong = i;
    }
    END_ALONE
    if (wrong < 0)
        return result;
    Py_DECREF(result);
    return PyErr_Format(PyExc_IndexError, "code %d of %zd", (int)codes[wrong], size);
}

/* --- Visits --- */

static void sort_codes(npy_int32 *codes, npy_intp count)
{
    for (npy_intp gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (npy_intp i = gap; i < count; i++) {
            const npy_int32 code = codes[i];
            npy_intp at = i;
            for (; at >= gap && codes[at - gap] > code; at -= gap)
                codes[at] = codes[at - gap];
            codes[at] = code;
        }
}

/* visits(offsets, product, time, kind, wanted, idle): the visits of all rows in which two products or more were touched:
 * where the products of each begin, these, each once and ascending, and the time of the visit's first touch. `wanted`
 * (256,) says which kinds of events touch a product; a visit ends where there is none for longer than `idle`. */
static PyObject *visits(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 6, "visits(offsets, product, time, kind, wanted, idle)") ||
        !is_array(arguments[0], NPY_INT64, NPY_INT64, "offsets") ||
        !is_array(arguments[1], NPY_INT32, NPY_INT32, "product") ||
        !is_array(arguments[2], NPY_INT64, NPY_INT64, "time") || !is_array(arguments[3], NPY_UINT8, NPY_UINT8, "kind") ||
        !is_array(arguments[4], NPY_BOOL, NPY_BOOL, "wanted"))
        return NULL;
    const npy_int64 idle = PyLong_AsLongLong(arguments[5]);
    if (PyErr_Occurred())
        return NULL;
    const npy_intp events = LENGTH(arguments[1]), rows = LENGTH(arguments[0]) - 1;
    const npy_int64 *offsets = DATA(arguments[0]), *time = DATA(arguments[2]);
    const npy_int32 *product = DATA(arguments[1]);
    const npy_uint8 *kind = DATA(arguments[3]);
    const npy_bool *wanted = DATA(arguments[4]);
    if (LENGTH(arguments[2]) != events || LENGTH(arguments[3]) != events || LENGTH(arguments[4]) != 256)
        return PyErr_Format(PyExc_ValueError, "product, time and kind differ in length, or wanted is not 256 long");
    for (npy_intp row = 0; row < rows; row++)
        if (offsets[row] < 0 || offsets[row] > offsets[row + 1] || offsets[row + 1] > events)
            return PyErr_Format(PyExc_IndexError, "row %zd of %zd", (Py_ssize_t)row, (Py_ssize_t)rows);
    npy_int32 *touched = PyMem_RawMalloc(sizeof(npy_int32) * (events + 1));
    npy_int64 *begins = PyMem_RawMalloc(sizeof(npy_int64) * (events / 2 + 2));
    npy_int64 *moments = PyMem_RawMalloc(sizeof(npy_int64) * (events / 2 + 1));
    PyObject *result = NULL, *starts = NULL, *products = NULL, *times = NULL;
    npy_intp count = 0, kept = 0;
    if (touched == NULL || begins == NULL || moments == NULL) {
        PyErr_NoMemory();
        goto end;
    }
    BEGIN_ALONE(events)
    for (npy_intp row = 0; row < rows; row++) {
        npy_intp at = offsets[row];
        while (at < offsets[row + 1]) {
            npy_intp size = 0;
            npy_int64 first = 0, last = 0;
            for (; at < offsets[row + 1]; at++) {
                if (product[at] < 0 || !wanted[kind[at]])
                    continue;
                if (size > 0 && time[at] - last > idle)
                    break;
                first = size > 0 ? first : time[at];
                last = time[at];
                touched[kept + size++] = product[at];
            }
            npy_int32 *own = touched + kept;
            sort_codes(own, size);
            npy_intp different = size > 0;
            for (npy_intp i = 1; i < size; i++)
                if (own[i] != own[i - 1])
                    own[different++] = own[i];
            if (different > 1) {
                begins[count] = kept;
                moments[count++] = first;
                kept += different;
            }
        }
    }
    begins[count] = kept;
    END_ALONE
    starts = made(count + 1, NPY_INT64), products = made(kept, NPY_INT32), times = made(count, NPY_INT64);
    if (starts && products && times) {
        memcpy(DATA(starts), begins, sizeof(npy_int64) * (count + 1));
        memcpy(DATA(products), touched, sizeof(npy_int32) * kept);
        memcpy(DATA(times), moments, sizeof(npy_int64) * count);
        result = PyTuple_Pack(3, starts, products, times);
    }
end:
    Py_XDECREF(starts);
    Py_XDECREF(products);
    Py_XDECREF(times);
    PyMem_RawFree(touched);
    PyMem_RawFree(begins);
    PyMem_RawFree(moments);
    return result;
}

#define KERNEL(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

static PyMethodDef methods[] = {
    KERNEL(group), KERNEL(decayed), KERNEL(find), KERNEL(distinct), KERNEL(pick), KERNEL(locate), KERNEL(inner), KERNEL(spread), KERNEL(best),
    KERNEL(walk), KERNEL(counts), KERNEL(visits),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "features._kernels", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit__kernels(void)
{
    import_array();
    return PyModule_Create(&definition);
}
