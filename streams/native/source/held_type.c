/* `Held` as Python sees it: made from what `streams.native.files` describes. */
#include "held.h"

static PyObject *
held_seen(Held *held, PyObject *Py_UNUSED(none))
{
    Py_ssize_t count = PyTuple_GET_SIZE(held->readers);
    PyObject *counts = PyTuple_New(count);
    for (Py_ssize_t place = 0; counts != NULL && place < count; place++) {
        PyObject *one = PyLong_FromLongLong(held->counts[place]);
        if (one == NULL) {
            Py_CLEAR(counts);
            break;
        }
        PyTuple_SET_ITEM(counts, place, one);
    }
    if (counts == NULL) {
        return NULL;
    }
    return Py_BuildValue("(NLL)", counts, held->first_at, held->last_at);
}

static int
are_readers(PyObject *readers)
{
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(readers); place++) {
        if (!Py_IS_TYPE(PyTuple_GET_ITEM(readers, place), &ReaderType)) {
            PyErr_SetString(PyExc_TypeError, "a tuple of readers");
            return 0;
        }
    }
    return 1;
}

static PyObject *
held_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *undecoded, *names, *fact, *fact_names, *source, *source_names, *readers, *clock;
    long long latest;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Held takes no keywords");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "OO!OO!OO!O!OL", &undecoded, &PyTuple_Type, &names, &fact,
                          &PyTuple_Type, &fact_names, &source, &PyTuple_Type, &source_names,
                          &PyTuple_Type, &readers, &clock, &latest)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(names) != HELD_FIELDS || PyTuple_GET_SIZE(fact_names) != 5
        || PyTuple_GET_SIZE(source_names) != 3) {
        PyErr_SetString(PyExc_ValueError, "a record has three fields, a fact five, its source three");
        return NULL;
    }
    if (!are_readers(readers)) {
        return NULL;
    }
    Held *held = (Held *)type->tp_alloc(type, 0);
    if (held == NULL) {
        return NULL;
    }
    held->readers = Py_NewRef(readers);
    held->clock = Py_NewRef(clock);
    held->latest = latest;
    held->first_at = INT64_MAX;
    held->last_at = INT64_MIN;
    held->partition = PyLong_FromLong(-1);
    held->counts = PyMem_Calloc((size_t)PyTuple_GET_SIZE(readers) + 1, sizeof(long long));
    if (held->counts == NULL) {
        PyErr_NoMemory();
    }
    if (held->counts == NULL || held->partition == NULL
        || shape_init(&held->undecoded, undecoded, names) < 0
        || shape_init(&held->fact, fact, fact_names) < 0
        || shape_init(&held->source, source, source_names) < 0) {
        Py_CLEAR(held);
    }
    return (PyObject *)held;
}

static void
held_dealloc(Held *held)
{
    Py_CLEAR(held->readers);
    Py_CLEAR(held->clock);
    Py_CLEAR(held->partition);
    PyMem_Free(held->counts);
    shape_clear(&held->undecoded);
    shape_clear(&held->fact);
    shape_clear(&held->source);
    Py_TYPE(held)->tp_free((PyObject *)held);
}

static PyMethodDef methods[] = {
    {"hold", (PyCFunction)held_hold, METH_VARARGS,
     "Put the records of a block onto piles by subject."},
    {"facts", (PyCFunction)held_facts, METH_VARARGS,
     "Add the facts of records to a list; what is left takes the long way."},
    {"pile_facts", (PyCFunction)held_pile_facts, METH_VARARGS,
     "Add the facts of the next records of a pile to a list; what is left takes the long way."},
    {"records", (PyCFunction)held_records, METH_VARARGS,
     "The next records of a pile, each by itself."},
    {"seen", (PyCFunction)held_seen, METH_NOARGS,
     "How many events each reader has read, the first and the last occurrence."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject HeldType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Held",
    .tp_doc = "Holds the records of files by subject, and reads them.",
    .tp_basicsize = sizeof(Held),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = held_new,
    .tp_dealloc = (destructor)held_dealloc,
    .tp_methods = methods,
};
