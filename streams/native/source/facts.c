/* Records of the input topics to facts (`streams.wire.fast_facts.FastFacts.fact`). */
#include "exact.h"
#include "reader.h"
#include "record.h"
#include "write.h"

#include <structmember.h>

#define KEY_SEPARATOR 0x1F

typedef struct {
    PyObject_HEAD
    Shape fact;    /* event, payload_hash, ingested_at, source, value */
    Shape source;  /* topic, partition, offset */
    PyObject *readers;  /* a dictionary: tuples of `Reader` by topic */
    long long tolerance;  /* milliseconds that an event may lie ahead of its arrival */
    long long latest;     /* the latest timestamp that is taken as it stands */
    RecordClass record;
} Facts;

static Reader *
reader_for(const Facts *facts, PyObject *topic, const uint8_t *value, Py_ssize_t size)
{
    PyObject *readers = PyDict_GetItemWithError(facts->readers, topic);
    if (readers == NULL || size < AVRO_HEADER) {
        return NULL;
    }
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(readers); place++) {
        Reader *reader = (Reader *)PyTuple_GET_ITEM(readers, place);
        if (memcmp(reader->header, value, AVRO_HEADER) == 0) {
            return reader;
        }
    }
    return NULL;
}

/* Whether a key is controller, separator, subject. */
static int
is_key_of(PyObject *key, const ReadEvent *read)
{
    const Span *controller = &read->controller_id, *subject = &read->subject_id;
    if (!PyBytes_Check(key) || controller->start == NULL || subject->start == NULL) {
        return 0;
    }
    const uint8_t *at = (const uint8_t *)PyBytes_AS_STRING(key);
    if (PyBytes_GET_SIZE(key) != controller->size + 1 + subject->size) {
        return 0;
    }
    return memcmp(at, controller->start, (size_t)controller->size) == 0
           && at[controller->size] == KEY_SEPARATOR
           && memcmp(at + controller->size + 1, subject->start, (size_t)subject->size) == 0;
}

static PyObject *
source_of(const Facts *facts, PyObject *const *fields)
{
    PyObject *source = shape_new(&facts->source);
    if (source != NULL) {
        *shape_slot(&facts->source, source, 0) = Py_NewRef(fields[RECORD_TOPIC]);
        *shape_slot(&facts->source, source, 1) = Py_NewRef(fields[RECORD_PARTITION]);
        *shape_slot(&facts->source, source, 2) = Py_NewRef(fields[RECORD_OFFSET]);
    }
    return source;
}

/* The fact of an event, which it takes over. */
static PyObject *
fact_of(const Facts *facts, PyObject *event, PyObject *const *fields)
{
    PyObject *source = source_of(facts, fields);
    PyObject *fact = source == NULL ? NULL : shape_new(&facts->fact);
    if (fact == NULL) {
        Py_XDECREF(source);
        Py_DECREF(event);
        return NULL;
    }
    *shape_slot(&facts->fact, fact, 0) = event;
    *shape_slot(&facts->fact, fact, 1) = Py_NewRef(Py_None);
    *shape_slot(&facts->fact, fact, 2) = Py_NewRef(fields[RECORD_TIMESTAMP]);
    *shape_slot(&facts->fact, fact, 3) = source;
    *shape_slot(&facts->fact, fact, 4) = Py_NewRef(fields[RECORD_VALUE]);
    return fact;
}

static int
read_fact(const Facts *facts, PyObject *const *fields, PyObject **fact)
{
    PyObject *value = fields[RECORD_VALUE], *timestamp = fields[RECORD_TIMESTAMP];
    if (!PyBytes_CheckExact(value) || !PyLong_CheckExact(timestamp)) {
        return LONG_WAY;
    }
    int overflow;
    long long arrived_at = PyLong_AsLongLongAndOverflow(timestamp, &overflow);
    if (overflow || arrived_at < 0 || arrived_at > facts->latest) {
        return LONG_WAY;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(value);
    Reader *reader = reader_for(facts, fields[RECORD_TOPIC],
                                (const uint8_t *)PyBytes_AS_STRING(value), size);
    if (reader == NULL) {
        return PyErr_Occurred() ? FAILED : LONG_WAY;
    }
    ReadEvent read = {0};
    const uint8_t *bytes = EXACT(value);
    int status = reader_read(reader, bytes, size, &read);
    if (status == READ
        && (read.occurred_at - arrived_at > facts->tolerance
            || !is_key_of(fields[RECORD_KEY], &read))) {
        Py_CLEAR(read.event);
        status = LONG_WAY;
    }
    EXACT_END(bytes);
    if (status == READ) {
        *fact = fact_of(facts, read.event, fields);
        return *fact == NULL ? FAILED : READ;
    }
    return status;
}

static PyObject *
facts_fact(Facts *facts, PyObject *record)
{
    PyObject *fields[RECORD_FIELDS], *fact = NULL;
    int status = record_fields(&facts->record, record, fields);
    if (status == READ) {
        status = read_fact(facts, fields, &fact);
        record_release(fields);
    }
    if (status == FAILED) {
        return NULL;
    }
    return status == READ ? fact : Py_NewRef(Py_None);
}

/* The reader that writes of a fact's event just what was sent, borrowed; NULL: none does. */
static Reader *
writer_of(const Facts *facts, PyObject *fact)
{
    if (!Py_IS_TYPE(fact, facts->fact.type)) {
        return NULL;
    }
    PyObject *event = *shape_slot(&facts->fact, fact, 0);
    PyObject *source = *shape_slot(&facts->fact, fact, 3);
    PyObject *value = *shape_slot(&facts->fact, fact, 4);
    if (event == NULL || source == NULL || value == NULL || !PyBytes_CheckExact(value)
        || !Py_IS_TYPE(source, facts->source.type)) {
        return NULL;
    }
    PyObject *topic = *shape_slot(&facts->source, source, 0);
    const uint8_t *sent = (const uint8_t *)PyBytes_AS_STRING(value);
    Py_ssize_t size = PyBytes_GET_SIZE(value);
    Reader *reader = topic == NULL ? NULL : reader_for(facts, topic, sent, size);
    uint8_t room[WRITTEN_MAX];
    int alike = reader != NULL && reader_write(reader, event, room) == size
                && memcmp(room, sent, (size_t)size) == 0;
    return alike ? reader : NULL;
}

static PyObject *
facts_writer(Facts *facts, PyObject *fact)
{
    PyObject *reader = (PyObject *)writer_of(facts, fact);
    if (reader == NULL && PyErr_Occurred()) {
        return NULL;
    }
    return Py_NewRef(reader == NULL ? Py_None : reader);
}

static PyObject *
facts_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *fact, *fact_names, *source, *source_names, *readers;
    long long tolerance, latest;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Facts takes no keywords");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "OO!OO!O!LL", &fact, &PyTuple_Type, &fact_names, &source,
                          &PyTuple_Type, &source_names, &PyDict_Type, &readers, &tolerance,
                          &latest)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(fact_names) != 5 || PyTuple_GET_SIZE(source_names) != 3) {
        PyErr_SetString(PyExc_ValueError, "a fact has five fields, its source three");
        return NULL;
    }
    Py_ssize_t at = 0;
    PyObject *of_topic;
    while (PyDict_Next(readers, &at, NULL, &of_topic)) {
        for (Py_ssize_t place = 0; PyTuple_Check(of_topic) && place < PyTuple_GET_SIZE(of_topic);
             place++) {
            if (!Py_IS_TYPE(PyTuple_GET_ITEM(of_topic, place), &ReaderType)) {
                of_topic = Py_None;
            }
        }
        if (!PyTuple_Check(of_topic)) {
            PyErr_SetString(PyExc_TypeError, "a topic has a tuple of readers");
            return NULL;
        }
    }
    Facts *facts = (Facts *)type->tp_alloc(type, 0);
    if (facts == NULL) {
        return NULL;
    }
    facts->tolerance = tolerance;
    facts->latest = latest;
    facts->readers = PyDict_Copy(readers);
    if (facts->readers == NULL || record_class_init(&facts->record) < 0
        || shape_init(&facts->fact, fact, fact_names) < 0
        || shape_init(&facts->source, source, source_names) < 0) {
        Py_CLEAR(facts);
    }
    return (PyObject *)facts;
}

static void
facts_dealloc(Facts *facts)
{
    Py_CLEAR(facts->readers);
    record_class_clear(&facts->record);
    shape_clear(&facts->fact);
    shape_clear(&facts->source);
    Py_TYPE(facts)->tp_free((PyObject *)facts);
}

static PyMethodDef methods[] = {
    {"fact", (PyCFunction)facts_fact, METH_O,
     "The fact of a record, or None: take the long way."},
    {"writer", (PyCFunction)facts_writer, METH_O,
     "The reader whose `written` gives back the value of a fact, or None: nothing does."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef members[] = {
    {"latest", T_LONGLONG, offsetof(Facts, latest), 0, "The latest timestamp that is taken."},
    {NULL, 0, 0, 0, NULL},
};

PyTypeObject FactsType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Facts",
    .tp_doc = "Reads the records of the input topics that are as most are.",
    .tp_basicsize = sizeof(Facts),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = facts_new,
    .tp_dealloc = (destructor)facts_dealloc,
    .tp_methods = methods,
    .tp_members = members,
};
