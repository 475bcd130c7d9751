/* Records that were held, to facts (`streams.check.undecoded.OrdinaryFacts`). */
#include "held.h"

#include "exact.h"

static Py_ssize_t
reader_for(const Held *held, const uint8_t *value, Py_ssize_t size)
{
    for (Py_ssize_t place = 0; size >= AVRO_HEADER && place < PyTuple_GET_SIZE(held->readers);
         place++) {
        const Reader *reader = (Reader *)PyTuple_GET_ITEM(held->readers, place);
        if (memcmp(reader->header, value, AVRO_HEADER) == 0) {
            return place;
        }
    }
    return -1;
}

static void
note(Held *held, Py_ssize_t place, int64_t at)
{
    held->counts[place]++;
    if (at < held->first_at) {
        held->first_at = at;
    }
    if (at > held->last_at) {
        held->last_at = at;
    }
}

/* The fact of an event, which it takes over. */
static PyObject *
fact_of(const Held *held, const Reader *reader, PyObject *event, PyObject *one)
{
    PyObject *source = shape_new(&held->source);
    PyObject *fact = source == NULL ? NULL : shape_new(&held->fact);
    if (fact == NULL) {
        Py_XDECREF(source);
        Py_DECREF(event);
        return NULL;
    }
    PyObject *arrived_at = held->clock == Py_None
                               ? *shape_slot(&reader->shape, event, reader->recorded_at)
                               : held->clock;
    *shape_slot(&held->source, source, 0)
        = Py_NewRef(*shape_slot(&held->undecoded, one, HELD_FILE));
    *shape_slot(&held->source, source, 1) = Py_NewRef(held->partition);
    *shape_slot(&held->source, source, 2)
        = Py_NewRef(*shape_slot(&held->undecoded, one, HELD_NUMBER));
    *shape_slot(&held->fact, fact, 0) = event;
    *shape_slot(&held->fact, fact, 1) = Py_NewRef(Py_None);
    *shape_slot(&held->fact, fact, 2) = Py_NewRef(arrived_at);
    *shape_slot(&held->fact, fact, 3) = source;
    *shape_slot(&held->fact, fact, 4) = Py_NewRef(Py_None);
    return fact;
}

static int
read_one(Held *held, PyObject *one, PyObject **fact)
{
    if (!Py_IS_TYPE(one, held->undecoded.type)) {
        return LONG_WAY;
    }
    PyObject *value = *shape_slot(&held->undecoded, one, HELD_VALUE);
    if (value == NULL || !PyBytes_CheckExact(value)
        || *shape_slot(&held->undecoded, one, HELD_FILE) == NULL
        || *shape_slot(&held->undecoded, one, HELD_NUMBER) == NULL) {
        return LONG_WAY;
    }
    ReadEvent read = {0};
    Py_ssize_t size = PyBytes_GET_SIZE(value);
    const uint8_t *bytes = EXACT(value);
    Py_ssize_t place = reader_for(held, bytes, size);
    Reader *reader = place < 0 ? NULL : (Reader *)PyTuple_GET_ITEM(held->readers, place);
    int status = reader == NULL ? LONG_WAY : reader_read(reader, bytes, size, &read);
    EXACT_END(bytes);
    if (status == READ && read.occurred_at > held->latest) {
        Py_CLEAR(read.event);
        return LONG_WAY;
    }
    if (status == READ) {
        note(held, place, read.occurred_at);
        *fact = fact_of(held, reader, read.event, one);
        return *fact == NULL ? FAILED : READ;
    }
    return status;
}

PyObject *
held_facts(Held *held, PyObject *args)
{
    PyObject *some, *found, *left;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &some, &PyList_Type, &found)) {
        return NULL;
    }
    left = PyList_New(0);
    /* What a reader asks Python for may not change the list; it is looked at each time all the same. */
    for (Py_ssize_t at = 0; left != NULL && at < PyList_GET_SIZE(some); at++) {
        PyObject *one = Py_NewRef(PyList_GET_ITEM(some, at)), *fact = NULL;
        int status = read_one(held, one, &fact);
        int failed = status == FAILED
                     || PyList_Append(status == READ ? found : left, status == READ ? fact : one);
        Py_XDECREF(fact);
        Py_DECREF(one);
        if (failed) {
            Py_CLEAR(left);
        }
    }
    return left;
}
