/* What the compiled parts share: arguments that are checked, keys sorted with their places, and places found. */

#ifndef ESNAF_KERNELS_H
#define ESNAF_KERNELS_H

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
static inline int is_array(PyObject *object, int type, int other, const char *name)
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

static inline int takes(Py_ssize_t given, Py_ssize_t wanted, const char *usage)
{
    if (given != wanted)
        PyErr_Format(PyExc_TypeError, "wrong number of arguments; %s", usage);
    return given == wanted;
}

static inline PyObject *made(npy_intp size, int type)
{
    return PyArray_EMPTY(1, &size, type, 0);
}

/* --- Sorting keys with their places --- */

typedef struct {
    npy_int64 key;
    npy_int64 place;
} Entry;

#define SHORT 24

static inline void insert(Entry *entries, npy_intp count)
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
static inline void sort(Entry *entries, Entry *spare, npy_intp count)
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
    static inline void name##_all(const type *sorted, npy_intp count, const type *keys, npy_intp wanted, npy_int64 *place)\
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

#define KERNEL(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

#endif
