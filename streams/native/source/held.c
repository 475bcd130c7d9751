/* Records that were held, to facts (`streams.check.undecoded.OrdinaryFacts`). */
#include "held.h"

#include "exact.h"

#define AT_ONCE 256  /* records of a pile that are read together at most */

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

/* The fact of an event; that and the number of its record are taken over. */
static PyObject *
fact_of(const Held *held, const Reader *reader, PyObject *event, PyObject *file, PyObject *number)
{
    PyObject *source = number == NULL ? NULL : shape_new(&held->source);
    PyObject *fact = source == NULL ? NULL : shape_new(&held->fact);
    if (fact == NULL) {
        Py_XDECREF(source);
        Py_XDECREF(number);
        Py_DECREF(event);
        return NULL;
    }
    PyObject *arrived_at = held->clock == Py_None
                               ? *shape_slot(&reader->shape, event, reader->recorded_at)
                               : held->clock;
    *shape_slot(&held->source, source, 0) = Py_NewRef(file);
    *shape_slot(&held->source, source, 1) = Py_NewRef(held->partition);
    *shape_slot(&held->source, source, 2) = number;
    *shape_slot(&held->fact, fact, 0) = event;
    *shape_slot(&held->fact, fact, 1) = Py_NewRef(Py_None);
    *shape_slot(&held->fact, fact, 2) = Py_NewRef(arrived_at);
    *shape_slot(&held->fact, fact, 3) = source;
    *shape_slot(&held->fact, fact, 4) = Py_NewRef(Py_None);
    return fact;
}

/* The event of a record that occurred in time, and who reads such records; NULL: nobody does. */
static int
read_event(Held *held, Span value, Reader **reader, ReadEvent *read)
{
    Py_ssize_t place = reader_for(held, value.start, value.size);
    if (place < 0) {
        return LONG_WAY;
    }
    *reader = (Reader *)PyTuple_GET_ITEM(held->readers, place);
    int status = reader_read(*reader, value.start, value.size, read);
    if (status == READ && read->occurred_at > held->latest) {
        Py_CLEAR(read->event);
        return LONG_WAY;
    }
    if (status == READ) {
        note(held, place, read->occurred_at);
    }
    return status;
}

static int
read_one(Held *held, PyObject *one, PyObject **fact)
{
    if (!Py_IS_TYPE(one, held->undecoded.type)) {
        return LONG_WAY;
    }
    PyObject *value = *shape_slot(&held->undecoded, one, HELD_VALUE);
    PyObject *file = *shape_slot(&held->undecoded, one, HELD_FILE);
    PyObject *number = *shape_slot(&held->undecoded, one, HELD_NUMBER);
    if (value == NULL || !PyBytes_CheckExact(value) || file == NULL || number == NULL) {
        return LONG_WAY;
    }
    Reader *reader = NULL;
    ReadEvent read = {0};
    Span bytes = {EXACT(value), PyBytes_GET_SIZE(value)};
    int status = read_event(held, bytes, &reader, &read);
    EXACT_END(bytes.start);
    if (status == READ) {
        *fact = fact_of(held, reader, read.event, file, Py_NewRef(number));
        return *fact == NULL ? FAILED : READ;
    }
    return status;
}

/* Let an event of a subject name it by the text of another one, where that is the same: each event
 * of a person would bring a text of its own, and the rules would put the first one into each. */
static int
name_alike(const Reader *reader, PyObject *event, PyObject **subject)
{
    PyObject **mine = shape_slot(&reader->shape, event, reader->subject_id);
    if (*subject == NULL) {
        *subject = *mine;
        return 0;
    }
    int alike = *mine == *subject ? 0 : PyObject_RichCompareBool(*mine, *subject, Py_EQ);
    if (alike > 0) {
        Py_SETREF(*mine, Py_NewRef(*subject));
    }
    return alike < 0 ? FAILED : 0;
}

/* The fact of a record of a pile, or, where that takes the long way, the record by itself. */
static int
read_piled(Held *held, const PileHead *head, Span value, int64_t *at, PyObject **subject,
           PyObject **found)
{
    Reader *reader = NULL;
    ReadEvent read = {0};
    Span bytes = {EXACT_RUN(value.start, value.size), value.size};
    int status = read_event(held, bytes, &reader, &read);
    EXACT_END(bytes.start);
    if (status == READ && name_alike(reader, read.event, subject) < 0) {
        Py_DECREF(read.event);
        return FAILED;
    }
    if (status == READ) {
        *at = read.occurred_at;
        *found = fact_of(held, reader, read.event, head->file,
                         PyLong_FromLongLong(head->number));
    }
    else if (status == LONG_WAY) {
        *found = held_undecoded(held, head->file, head->number, (Span){value.start, 0}, value);
    }
    return *found == NULL ? FAILED : status;
}

/* Put the last of `count` facts at the end of a list behind those that occurred before it. */
static void
put_in_time(PyObject *found, int64_t *times, Py_ssize_t count)
{
    Py_ssize_t end = PyList_GET_SIZE(found) - 1, place = count - 1;
    const int64_t at = times[place];
    PyObject *fact = PyList_GET_ITEM(found, end);
    for (; place > 0 && times[place - 1] > at; place--, end--) {
        times[place] = times[place - 1];
        PyList_SET_ITEM(found, end, PyList_GET_ITEM(found, end - 1));
    }
    times[place] = at;
    PyList_SET_ITEM(found, end, fact);
}

PyObject *
held_pile_facts(Held *held, PyObject *args)
{
    Pile *pile;
    PyObject *found;
    Py_ssize_t most, count = 0;
    if (!PyArg_ParseTuple(args, "O!nO!", &PileType, &pile, &most, &PyList_Type, &found)) {
        return NULL;
    }
    if (most > AT_ONCE) {
        return PyErr_Format(PyExc_ValueError, "at most %d at once", AT_ONCE);
    }
    PyObject *left = PyList_New(0);
    PileHead head;
    Span value;
    int64_t times[AT_ONCE];
    PyObject *subject = NULL;  /* borrowed: its event is in the list */
    /* Nothing is added to a pile that is read, so its bytes stay where they are. */
    while (left != NULL && most-- > 0 && pile_next(pile, &head, &value) == READ) {
        PyObject *one = NULL;
        int status = read_piled(held, &head, value, &times[count], &subject, &one);
        if (status == FAILED || PyList_Append(status == READ ? found : left, one) < 0) {
            Py_CLEAR(left);
        }
        else if (status == READ) {
            put_in_time(found, times, ++count);
        }
        Py_XDECREF(one);
    }
    return left;
}

PyObject *
held_records(Held *held, PyObject *args)
{
    Pile *pile;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "O!n", &PileType, &pile, &most)) {
        return NULL;
    }
    PyObject *records = PyList_New(0);
    PileHead head;
    Span value;
    while (records != NULL && most-- > 0 && pile_next(pile, &head, &value) == READ) {
        PyObject *one
            = held_undecoded(held, head.file, head.number, (Span){value.start, 0}, value);
        if (one == NULL || PyList_Append(records, one) < 0) {
            Py_CLEAR(records);
        }
        Py_XDECREF(one);
    }
    return records;
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
