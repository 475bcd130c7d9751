/* Records of a block to piles of them by subject (`streams.check.undecoded.hold`). */
#include "crc32c.h"
#include "exact.h"
#include "held.h"
#include "piles.h"

#define IDS 3     /* of the event, the controller and the subject, in this order */
#define AHEAD 32  /* records whose memory is asked for before the first of them is kept */

/* The checksum of the subject's key (`streams.check.shares`). */
static uint32_t
crc_of_key(const Span *ids)
{
    const uint8_t separator = KEY_SEPARATOR;
    uint32_t crc = crc32c_more(UINT32_MAX, ids[1].start, ids[1].size);
    crc = crc32c_more(crc, &separator, 1);
    return crc32c_more(crc, ids[2].start, ids[2].size) ^ UINT32_MAX;
}

static int
next_ids(Cursor *cursor, Span *ids)
{
    for (int place = 0; place < IDS; place++) {
        int64_t size;
        if (!next_number(cursor, 2, &size)) {
            return LONG_WAY;
        }
        ids[place].start = next_bytes(cursor, size);
        ids[place].size = (Py_ssize_t)size;
        if (ids[place].start == NULL) {
            return LONG_WAY;
        }
    }
    return READ;
}

static PyObject *
key_of(const Span *ids)
{
    PyObject *key = PyBytes_FromStringAndSize(NULL, ids[1].size + 1 + ids[2].size);
    if (key != NULL) {
        char *at = PyBytes_AS_STRING(key);
        memcpy(at, ids[1].start, (size_t)ids[1].size);
        at[ids[1].size] = KEY_SEPARATOR;
        memcpy(at + ids[1].size + 1, ids[2].start, (size_t)ids[2].size);
    }
    return key;
}

PyObject *
held_undecoded(const Held *held, PyObject *file, int64_t number, Span header, Span record)
{
    PyObject *one = shape_new(&held->undecoded);
    PyObject *value = PyBytes_FromStringAndSize(NULL, header.size + record.size);
    PyObject *place = PyLong_FromLongLong(number);
    if (one == NULL || value == NULL || place == NULL) {
        Py_XDECREF(one);
        Py_XDECREF(value);
        Py_XDECREF(place);
        return NULL;
    }
    memcpy(PyBytes_AS_STRING(value), header.start, (size_t)header.size);
    memcpy(PyBytes_AS_STRING(value) + header.size, record.start, (size_t)record.size);
    *shape_slot(&held->undecoded, one, HELD_FILE) = Py_NewRef(file);
    *shape_slot(&held->undecoded, one, HELD_NUMBER) = place;
    *shape_slot(&held->undecoded, one, HELD_VALUE) = value;
    return one;
}

/* A record that is about to be kept. */
typedef struct {
    PyObject *key;
    Py_hash_t hash;
    int64_t number;
    Span record;
} Ahead;

/* What a record is kept with: the piles, and lists of those of whom other things are known too. */
typedef struct {
    const Held *held;
    Piles *piles;
    PyObject *lists;
    PyObject *file;
    Span header;
} Kept;

static int
keep(const Kept *kept, const Ahead *one)
{
    if (PyDict_GET_SIZE(kept->lists) > 0) {
        PyObject *known = PyDict_GetItemWithError(kept->lists, one->key);
        if (known == NULL ? PyErr_Occurred() != NULL : !PyList_Check(known)) {
            if (known != NULL) {
                PyErr_SetString(PyExc_TypeError, "records are held on a pile or in a list");
            }
            return FAILED;
        }
        if (known != NULL) {
            PyObject *single = held_undecoded(kept->held, kept->file, one->number, kept->header,
                                              one->record);
            int status = single == NULL ? FAILED : PyList_Append(known, single);
            Py_XDECREF(single);
            return status;
        }
    }
    const Piled *known = piles_find(kept->piles, one->key, one->hash);
    Pile *pile = known == NULL ? NULL : known->pile;
    if (pile == NULL) {
        pile = piles_begin(kept->piles, one->key, one->hash);
    }
    return pile == NULL
               ? FAILED
               : pile_add(pile, kept->file, one->number, kept->header, one->record);
}

/* Keep so many records, unless something failed before, and let go of their keys. */
static int
keep_all(const Kept *kept, Ahead *ahead, int many, int status)
{
    /* Each belongs to somebody else: what they need comes while the others are looked at. */
    for (int step = 0; step < PILES_STEPS && status == 0; step++) {
        for (int at = 0; at < many; at++) {
            piles_prefetch(kept->piles, ahead[at].hash, step);
        }
    }
    for (int at = 0; at < many; at++) {
        if (status == 0) {
            status = keep(kept, &ahead[at]);
        }
        Py_DECREF(ahead[at].key);
    }
    return status;
}

static int
append_number(PyObject *list, Py_ssize_t number)
{
    PyObject *one = PyLong_FromSsize_t(number);
    int status = one == NULL ? FAILED : PyList_Append(list, one);
    Py_XDECREF(one);
    return status;
}

/* The end of a record, from the list of them; FAILED where it lies outside. */
static Py_ssize_t
end_at(PyObject *ends, Py_ssize_t place, Py_ssize_t start, Py_ssize_t size)
{
    Py_ssize_t end = PyLong_AsSsize_t(PyList_GET_ITEM(ends, place));
    if (end < start || end > size) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "a record that ends outside of its block");
        }
        return FAILED;
    }
    return end;
}

PyObject *
held_hold(Held *held, PyObject *args)
{
    Piles *piles;
    PyObject *lists, *file, *header, *block, *ends;
    long long first, share, of, count = 0, bytes = 0;
    Py_ssize_t start;
    if (!PyArg_ParseTuple(args, "O!O!OLSSnO!LL", &PilesType, &piles, &PyDict_Type, &lists, &file,
                          &first, &header, &block, &start, &PyList_Type, &ends, &share, &of)) {
        return NULL;
    }
    if (start < 0 || piles->taken > 0) {
        PyErr_SetString(PyExc_ValueError, start < 0 ? "a block starts at 0"
                                                    : "piles that are taken are not added to");
        return NULL;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(block);
    PyObject *left = PyList_New(0);
    if (left == NULL) {
        return NULL;
    }
    const uint8_t *data = EXACT(block);
    const Span before = {(const uint8_t *)PyBytes_AS_STRING(header), PyBytes_GET_SIZE(header)};
    const Kept kept = {held, piles, lists, file, before};
    Ahead ahead[AHEAD];
    int status = 0, waiting = 0;
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(ends) && status == 0; place++) {
        Py_ssize_t end = end_at(ends, place, start, size);
        if (end < 0) {
            status = FAILED;
            break;
        }
        Span record = {data + start, end - start}, ids[IDS];
        start = end;
        Cursor cursor = cursor_over(record.start, record.size);
        if (next_ids(&cursor, ids) != READ) {
            status = append_number(left, place);
            continue;
        }
        if (of > 1 && crc_of_key(ids) % of != share) {
            continue;
        }
        PyObject *key = key_of(ids);
        if (key == NULL) {
            status = FAILED;
            break;
        }
        ahead[waiting++] = (Ahead){key, PyObject_Hash(key), first + place, record};
        count++;
        bytes += before.size + record.size;
        if (waiting == AHEAD) {
            status = keep_all(&kept, ahead, waiting, status);
            waiting = 0;
        }
    }
    status = keep_all(&kept, ahead, waiting, status);
    EXACT_END(data);
    if (status < 0) {
        Py_DECREF(left);
        return NULL;
    }
    return Py_BuildValue("(NLL)", left, count, bytes);
}
