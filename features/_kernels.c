/* Small steps that one waiting customer asks for by the hundred.
 *
 * NumPy takes microseconds to begin each of its operations, whatever the size; a list for one customer needs some
 * thousand of them. What stands here is what several of them did in a row, for one customer and for a million alike, and
 * to the same bits. Arguments are contiguous arrays of exactly the type that is said; anything else is a TypeError.
 */

#include "kernels.h"

/* --- Groups of events --- */

/* Events of customers in the order of time, of some kinds alone. */
typedef struct {
    const npy_int64 *offsets, *time;
    const npy_int32 *product, *order;
    const npy_uint8 *kind;
    const npy_bool *wanted; /* by kind */
} Events;

/* The thing of a product: the product itself, its code, or the same for all. */
typedef struct {
    const npy_int32 *codes; /* NULL where there are none */
    npy_intp size;
    npy_int64 same; /* -1 where it is not the same */
    npy_int64 things;
} Things;

static inline npy_int64 thing_of(const Things *things, npy_int32 product)
{
    if (things->same >= 0)
        return things->same;
    if (things->codes == NULL)
        return product;
    return product >= 0 && product < things->size ? things->codes[product] : -1;
}

static int read_things(Things *things, PyObject *codes, PyObject *count)
{
    *things = (Things){NULL, 0, -1, PyLong_AsLongLong(count)};
    if (PyErr_Occurred())
        return 0;
    if (codes == Py_None)
        return 1;
    if (PyLong_Check(codes)) {
        things->same = PyLong_AsLongLong(codes);
        return !PyErr_Occurred();
    }
    if (!is_array(codes, NPY_INT32, NPY_INT32, "codes"))
        return 0;
    things->codes = DATA(codes);
    things->size = LENGTH(codes);
    return 1;
}

/* The wanted events that have a thing, sorted by (row, thing) and otherwise in their order; `number` gets the order that
 * each belongs to, counted over the wanted events: lines are of one order if they share its number, or the time where
 * there is none. */
static npy_intp enter(const Events *events, npy_intp rows, const Things *things, Entry *entries, Entry *spare, npy_int32 *number)
{
    npy_intp count = 0;
    npy_int32 orders = -1;
    for (npy_intp row = 0; row < rows; row++) {
        const npy_intp begin = count;
        npy_intp last = -1;
        for (npy_intp i = events->offsets[row]; i < events->offsets[row + 1]; i++) {
            if (!events->wanted[events->kind[i]])
                continue;
            if (last < 0)
                orders++;
            else if (events->order[i] >= 0 && events->order[last] >= 0)
                orders += events->order[i] != events->order[last];
            else
                orders += events->time[i] != events->time[last];
            last = i;
            number[i] = orders;
            const npy_int64 thing = thing_of(things, events->product[i]);
            if (thing >= 0)
                entries[count++] = (Entry){row * things->things + thing, i};
        }
        sort(entries + begin, spare, count - begin);
    }
    return count;
}

static inline int is_other(const Entry *entries, npy_intp i)
{
    return i == 0 || entries[i].key != entries[i - 1].key;
}

static inline int is_new(const Entry *entries, npy_intp i, const npy_int32 *number, int merge)
{
    return is_other(entries, i) || !merge || number[entries[i].place] != number[entries[i - 1].place];
}

/* Keys (K,), starts (K + 1,), and of N events the group, time, weight and order number. */
static PyObject *groups_of(const Entry *entries, npy_intp count, const npy_int64 *time, const npy_int32 *number,
                           const float *quantity, int merge)
{
    npy_intp kept = 0, groups = 0;
    for (npy_intp i = 0; i < count; i++) {
        groups += is_other(entries, i);
        kept += is_new(entries, i, number, merge);
    }
    PyObject *parts[] = {made(groups, NPY_INT64), made(groups + 1, NPY_INT64), made(kept, NPY_INT64),
                         made(kept, NPY_INT64), made(kept, NPY_DOUBLE), made(kept, NPY_INT32)};
    PyObject *result = NULL;
    if (parts[0] && parts[1] && parts[2] && parts[3] && parts[4] && parts[5]) {
        npy_int64 *key = DATA(parts[0]), *start = DATA(parts[1]), *owner = DATA(parts[2]), *moment = DATA(parts[3]);
        double *sum = DATA(parts[4]);
        npy_int32 *order = DATA(parts[5]);
        npy_intp out = -1, at = -1;
        for (npy_intp i = 0; i < count; i++) {
            const npy_intp place = entries[i].place;
            if (is_new(entries, i, number, merge)) {
                out++;
                if (is_other(entries, i)) {
                    key[++at] = entries[i].key;
                    start[at] = out;
                }
                owner[out] = at;
                moment[out] = time[place];
                order[out] = number[place];
                sum[out] = 0.0;
            }
            sum[out] += (double)quantity[place];
        }
        start[groups] = kept;
        result = PyTuple_Pack(6, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
    }
    for (int i = 0; i < 6; i++)
        Py_XDECREF(parts[i]);
    return result;
}

/* group(offsets, product, time, kind, order, quantity, wanted, codes, things, merge): the events of the wanted kinds
 * (256,) that have a thing, by (row, thing) and otherwise in their order, those of one order as one where `merge` says
 * so. The thing is the product where `codes` is None, its code in `codes` (P,), or `codes` itself where it is a number;
 * negative ones are none. Events come in the order of time by row. */
static PyObject *group(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    static const char *const names[] = {"offsets", "product", "time", "kind", "order", "quantity", "wanted"};
    static const int types[] = {NPY_INT64, NPY_INT32, NPY_INT64, NPY_UINT8, NPY_INT32, NPY_FLOAT, NPY_BOOL};
    if (!takes(given, 10, "group(offsets, product, time, kind, order, quantity, wanted, codes, things, merge)"))
        return NULL;
    for (int i = 0; i < 7; i++)
        if (!is_array(arguments[i], types[i], types[i], names[i]))
            return NULL;
    const npy_intp size = LENGTH(arguments[1]), rows = LENGTH(arguments[0]) - 1;
    const Events events = {DATA(arguments[0]), DATA(arguments[2]), DATA(arguments[1]), DATA(arguments[4]),
                           DATA(arguments[3]), DATA(arguments[6])};
    Things things;
    const int merge = PyObject_IsTrue(arguments[9]);
    if (merge < 0 || !read_things(&things, arguments[7], arguments[8]))
        return NULL;
    for (int i = 2; i < 6; i++)
        if (LENGTH(arguments[i]) != size)
            return PyErr_Format(PyExc_ValueError, "%s has another length than product", names[i]);
    if (LENGTH(arguments[6]) != 256 || rows < 0 || events.offsets[0] < 0 || events.offsets[rows] > size)
        return PyErr_Format(PyExc_ValueError, "offsets or wanted do not fit the events");
    for (npy_intp row = 0; row < rows; row++)
        if (events.offsets[row] > events.offsets[row + 1])
            return PyErr_Format(PyExc_ValueError, "offsets do not ascend");

    npy_intp some = 0, count;
    for (npy_intp i = 0; i < size; i++)
        some += events.wanted[events.kind[i]];
    Entry *entries = PyMem_RawMalloc(sizeof(Entry) * (2 * some + 1) + sizeof(npy_int32) * size);
    if (entries == NULL)
        return PyErr_NoMemory();
    npy_int32 *number = (npy_int32 *)(entries + 2 * some + 1);
    BEGIN_ALONE(size)
    count = enter(&events, rows, &things, entries, entries + some, number);
    END_ALONE
    PyObject *result = groups_of(entries, count, events.time, number, DATA(arguments[5]), merge);
    PyMem_RawFree(entries);
    return result;
}

/* match(keys, row, product, codes, things): (M,) the place of each (row, thing of the product) among ascending keys of
 * `group`, -1 where it is absent. */
static PyObject *match(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    Things things;
    if (!takes(given, 5, "match(keys, row, product, codes, things)") ||
        !is_array(arguments[0], NPY_INT64, NPY_INT64, "keys") || !is_array(arguments[1], NPY_INT32, NPY_INT32, "row") ||
        !is_array(arguments[2], NPY_INT32, NPY_INT32, "product") || !read_things(&things, arguments[3], arguments[4]))
        return NULL;
    const npy_intp count = LENGTH(arguments[0]), wanted = LENGTH(arguments[1]);
    if (LENGTH(arguments[2]) != wanted)
        return PyErr_Format(PyExc_ValueError, "product has another length than row");
    PyObject *places = made(wanted, NPY_INT64);
    if (places == NULL)
        return NULL;
    const npy_int64 *key = DATA(arguments[0]);
    const npy_int32 *row = DATA(arguments[1]), *product = DATA(arguments[2]);
    npy_int64 *place = DATA(places);
    BEGIN_ALONE(wanted)
    for (npy_intp i = 0; i < wanted; i++) {
        const npy_int64 thing = count ? thing_of(&things, product[i]) : -1, sought = row[i] * things.things + thing;
        const npy_intp at = thing < 0 ? 0 : place_of_key(key, 0, count, sought);
        place[i] = thing >= 0 && key[at] == sought ? at : -1;
    }
    END_ALONE
    return places;
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

/* --- Places and values --- */

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

/* --- The feature matrix --- */

/* Where a column's values come from: an array's entries in turn, or a table's rows by product. */
typedef struct {
    const char *data;
    npy_intp step; /* bytes from one pair to the next */
    int type;
    PyObject *held;
} Column;

#define TURNED 64 /* rows whose features stay in the first cache while they are written */

#define WRITE(kind)                                                                                                    \
    for (npy_intp i = begin; i < end; i++)                                                                             \
        out[i * width] = (float)*(const kind *)(column->data + i * column->step);                                      \
    return

static void write_column(const Column *column, npy_intp begin, npy_intp end, float *out, npy_intp width)
{
    switch (column->type) {
    case NPY_DOUBLE:
        WRITE(double);
    case NPY_FLOAT:
        WRITE(float);
    case NPY_INT64:
        WRITE(npy_int64);
    case NPY_INT32:
        WRITE(npy_int32);
    case NPY_BOOL:
        WRITE(npy_bool);
    }
}

/* One column that is an array (M,) or a scalar, of whatever numbers. */
static int read_column(Column *column, PyObject *object, npy_intp pairs)
{
    PyArrayObject *array = (PyArrayObject *)PyArray_FromAny(object, NULL, 0, 1, NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED, NULL);
    if (array == NULL)
        return 0;
    switch (PyArray_TYPE(array)) {
    case NPY_DOUBLE: case NPY_FLOAT: case NPY_INT64: case NPY_INT32: case NPY_BOOL:
        break;
    default: {
        PyArrayObject *other = (PyArrayObject *)PyArray_Cast(array, NPY_FLOAT);
        Py_DECREF(array);
        if (other == NULL)
            return 0;
        array = other;
    }
    }
    const int single = PyArray_SIZE(array) == 1;
    if (!single && PyArray_DIM(array, 0) != pairs) {
        PyErr_Format(PyExc_ValueError, "a column of %zd values for %zd pairs", (Py_ssize_t)PyArray_SIZE(array), (Py_ssize_t)pairs);
        Py_DECREF(array);
        return 0;
    }
    *column = (Column){PyArray_BYTES(array), single ? 0 : PyArray_STRIDE(array, 0), PyArray_TYPE(array), (PyObject *)array};
    return 1;
}

/* matrix(columns, table, product): (M, F) float32; a column is the list's array, or a number: that column of the table
 * (P, K) at the product of each of M pairs. */
static PyObject *matrix(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes(given, 3, "matrix(columns, table, product)") || !PyList_Check(arguments[0]) ||
        !is_array(arguments[1], NPY_FLOAT, NPY_FLOAT, "table") || !is_array(arguments[2], NPY_INT32, NPY_INT32, "product"))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "columns is no list");
    PyArrayObject *table = (PyArrayObject *)arguments[1];
    const npy_intp pairs = LENGTH(arguments[2]), width = PyList_GET_SIZE(arguments[0]);
    if (PyArray_NDIM(table) != 2)
        return PyErr_Format(PyExc_ValueError, "table has not two dimensions");
    const npy_intp products = PyArray_DIM(table, 0), known = PyArray_DIM(table, 1);
    const float *values = PyArray_DATA(table);
    const npy_int32 *product = DATA(arguments[2]);
    npy_intp shape[2] = {pairs, width}, read = 0, *place = PyMem_Malloc(sizeof(npy_intp) * (width + 1));
    Column *columns = PyMem_Calloc(width + 1, sizeof(Column));
    PyObject *result = NULL;
    int looked_up = 0;
    if (columns == NULL || place == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (; read < width; read++) {
        PyObject *object = PyList_GET_ITEM(arguments[0], read);
        place[read] = -1;
        if (PyLong_Check(object)) {
            place[read] = PyLong_AsSsize_t(object);
            looked_up = 1;
            if (place[read] < 0 || place[read] >= known) {
                PyErr_Clear();
                PyErr_Format(PyExc_IndexError, "column %R of %zd", object, (Py_ssize_t)known);
                goto done;
            }
        } else if (!read_column(&columns[read], object, pairs))
            goto done;
    }
    for (npy_intp i = 0; looked_up && i < pairs; i++)
        if (product[i] < 0 || product[i] >= products) {
            PyErr_Format(PyExc_IndexError, "product %d of %zd", (int)product[i], (Py_ssize_t)products);
            goto done;
        }
    result = PyArray_EMPTY(2, shape, NPY_FLOAT, 0);
    if (result == NULL)
        goto done;
    float *out = DATA(result);
    BEGIN_ALONE(pairs)
    for (npy_intp begin = 0; begin < pairs; begin += TURNED) {
        const npy_intp end = begin + TURNED < pairs ? begin + TURNED : pairs;
        for (npy_intp f = 0; f < width; f++) {
            if (place[f] < 0)
                write_column(&columns[f], begin, end, out + f, width);
            else
                for (npy_intp i = begin; i < end; i++)
                    out[i * width + f] = values[product[i] * known + place[f]];
        }
    }
    END_ALONE
done:
    for (npy_intp i = 0; columns != NULL && i < width; i++)
        Py_XDECREF(columns[i].held);
    PyMem_Free(columns);
    PyMem_Free(place);
    return result;
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

/* --- Whole logs --- */

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

/* --- Things of a visit, each once --- */

typedef struct {
    const npy_int64 *offsets; /* of each product */
    const npy_int32 *term;
    const npy_double *weight;
    npy_intp products, terms;
} Shares;

/* What the visits of customers have to do with; 0 where an index is out of bounds. `weight` holds 0 for each term, and
 * again at the end. */
static int add_visits(const npy_int32 *row, const npy_int64 *visit, const npy_int32 *product, npy_intp events, const Shares *shares,
                      npy_intp rows, npy_double *weight, npy_int32 *touched, npy_double *out)
{
    for (npy_intp i = 0; i < events;) {
        const npy_int64 own = visit[i];
        const npy_intp at = row[i];
        npy_intp count = 0;
        if (at < 0 || at >= rows)
            return 0;
        for (; i < events && visit[i] == own; i++) {
            if (product[i] < 0 || product[i] >= shares->products)
                continue;
            for (npy_int64 e = shares->offsets[product[i]]; e < shares->offsets[product[i] + 1]; e++) {
                const npy_int32 term = shares->term[e];
                if (term < 0 || term >= shares->terms)
                    return 0;
                if (weight[term] == 0)
                    touched[count++] = term;
                weight[term] = shares->weight[e];
            }
        }
        for (npy_intp k = 0; k < count; k++) {
            out[at * shares->terms + touched[k]] += weight[touched[k]];
            weight[touched[k]] = 0;
        }
    }
    return 1;
}

/* once(row, visit, product, offsets, term, weight, rows, terms): (rows, terms) sums over each row's visits, the events of
 * one being neighbours, of the weights, above 0, of what their products have, by CSR. In a visit the last one counts;
 * products beyond the CSR have nothing. */
static PyObject *once(PyObject *module, PyObject *const *arguments, Py_ssize_t given)
{
    static const int types[] = {NPY_INT32, NPY_INT64, NPY_INT32, NPY_INT64, NPY_INT32, NPY_DOUBLE};
    static const char *const names[] = {"row", "visit", "product", "offsets", "term", "weight"};
    if (!takes(given, 8, "once(row, visit, product, offsets, term, weight, rows, terms)"))
        return NULL;
    for (int i = 0; i < 6; i++)
        if (!is_array(arguments[i], types[i], types[i], names[i]))
            return NULL;
    npy_intp shape[2] = {PyLong_AsSsize_t(arguments[6]), PyLong_AsSsize_t(arguments[7])};
    if (PyErr_Occurred())
        return NULL;
    const Shares shares = {DATA(arguments[3]), DATA(arguments[4]), DATA(arguments[5]), LENGTH(arguments[3]) - 1, shape[1]};
    const npy_intp events = LENGTH(arguments[0]), entries = LENGTH(arguments[4]);
    if (LENGTH(arguments[1]) != events || LENGTH(arguments[2]) != events || shares.products < 0 ||
        LENGTH(arguments[5]) != entries || shares.offsets[0] != 0 || shares.offsets[shares.products] != entries)
        return PyErr_Format(PyExc_ValueError, "arrays of different lengths");
    PyObject *result = PyArray_ZEROS(2, shape, NPY_DOUBLE, 0);
    npy_double *weight = PyMem_Calloc(shape[1] + 1, sizeof(npy_double));
    npy_int32 *touched = PyMem_Malloc(sizeof(npy_int32) * (shape[1] + 1));
    int fits = 1;
    if (result == NULL || weight == NULL || touched == NULL) {
        if (result != NULL)
            PyErr_NoMemory();
        Py_CLEAR(result);
    } else {
        BEGIN_ALONE(events)
        fits = add_visits(DATA(arguments[0]), DATA(arguments[1]), DATA(arguments[2]), events, &shares, shape[0], weight, touched,
                          DATA(result));
        END_ALONE
    }
    PyMem_Free(weight);
    PyMem_Free(touched);
    if (!fits) {
        Py_CLEAR(result);
        PyErr_SetString(PyExc_IndexError, "a row or term out of bounds");
    }
    return result;
}

static PyMethodDef methods[] = {
    KERNEL(group), KERNEL(match), KERNEL(decayed), KERNEL(find), KERNEL(distinct), KERNEL(pick), KERNEL(matrix), KERNEL(locate),
    KERNEL(counts), KERNEL(visits), KERNEL(once),
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
