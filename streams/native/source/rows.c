/* Rows of what a producer sent and nothing was published of, as `streams.wire.rows` stores them. */
#include "pack.h"
#include "said.h"
#include "shape.h"
#include "types.h"

#include <stddef.h>

enum { ROW_FACT, ROW_DIGEST, ROW_PUBLISHED, ROW_DUTIES, ROW_TAKEN_AT, ROW_ERASES, ROW_RESTRICTED,
       ROW_FIELDS };
enum { FACT_EVENT, FACT_HASH, FACT_INGESTED_AT, FACT_SOURCE, FACT_VALUE, FACT_FIELDS };
enum { SOURCE_TOPIC, SOURCE_PARTITION, SOURCE_OFFSET, SOURCE_FIELDS };
enum { EVENT_ID, EVENT_OCCURRED_AT, EVENT_FIELDS };

#define PRODUCED 0x02  /* the version of such a row */
#define ARRAY 12       /* fields of `streams.wire.row_parts.ProducedRow` */
#define NIL 0xC0

/* The last fields: nothing published, no duties, erases nothing, not restricted. */
static const uint8_t NOTHING[] = {0x80, 0x80, 0xC2, NIL};

typedef struct {
    PyObject_HEAD
    Shape row, fact, source, event;
    PyObject *letters;  /* a dictionary: one letter by the class of an event */
} Rows;

#define FIELD(shape, one, field) (*shape_slot(&rows->shape, (one), (field)))

/* What the row of a fact says of which nothing was published. */
static int
read_fact(const Rows *rows, PyObject *fact, PyObject *digest, PyObject *taken_at, Said *said)
{
    if (fact == NULL || !Py_IS_TYPE(fact, rows->fact.type) || taken_at == NULL
        || FIELD(fact, fact, FACT_HASH) != Py_None) {
        return LONG_WAY;
    }
    PyObject *source = FIELD(fact, fact, FACT_SOURCE);
    said->value = FIELD(fact, fact, FACT_VALUE);
    said->event = FIELD(fact, fact, FACT_EVENT);
    if (source == NULL || !Py_IS_TYPE(source, rows->source.type) || said->value == NULL
        || !PyBytes_CheckExact(said->value) || said->event == NULL
        || !PyObject_TypeCheck(said->event, rows->event.type)) {
        return LONG_WAY;
    }
    said->is_taken = taken_at != Py_None;
    return text_of(FIELD(source, source, SOURCE_TOPIC), &said->topic, &said->topic_size)
           && text_of(digest, &said->digest, &said->digest_size)
           && text_of(FIELD(event, said->event, EVENT_ID), &said->event_id, &said->event_id_size)
           && number_of(FIELD(source, source, SOURCE_PARTITION), &said->partition)
           && number_of(FIELD(source, source, SOURCE_OFFSET), &said->offset)
           && number_of(FIELD(fact, fact, FACT_INGESTED_AT), &said->ingested_at)
           && number_of(FIELD(event, said->event, EVENT_OCCURRED_AT), &said->occurred_at)
           && (!said->is_taken || number_of(taken_at, &said->taken_at));
}

static int
read_row(const Rows *rows, PyObject *row, Said *said)
{
    if (!Py_IS_TYPE(row, rows->row.type) || !is_empty(FIELD(row, row, ROW_PUBLISHED))
        || !is_empty(FIELD(row, row, ROW_DUTIES)) || FIELD(row, row, ROW_ERASES) != Py_False
        || FIELD(row, row, ROW_RESTRICTED) != Py_None) {
        return LONG_WAY;
    }
    return read_fact(rows, FIELD(row, row, ROW_FACT), FIELD(row, row, ROW_DIGEST),
                     FIELD(row, row, ROW_TAKEN_AT), said);
}

#undef FIELD

static PyObject *
value_of(const Said *said)
{
    Py_ssize_t sent = PyBytes_GET_SIZE(said->value);
    if (sent > UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "a value is too long for a row");
        return NULL;
    }
    Py_ssize_t size = 2 + text_head_size(said->topic_size) + said->topic_size
                      + int_size(said->partition) + int_size(said->offset)
                      + int_size(said->ingested_at) + int_size(said->occurred_at)
                      + bytes_head_size(sent) + sent + text_head_size(said->digest_size)
                      + said->digest_size + (said->is_taken ? int_size(said->taken_at) : 1)
                      + (Py_ssize_t)sizeof(NOTHING);
    PyObject *value = PyBytes_FromStringAndSize(NULL, size);
    if (value == NULL) {
        return NULL;
    }
    uint8_t *at = (uint8_t *)PyBytes_AS_STRING(value);
    *at++ = PRODUCED;
    *at++ = 0x90 | ARRAY;
    at = put_text(at, said->topic, said->topic_size);
    at = put_int(at, said->partition);
    at = put_int(at, said->offset);
    at = put_int(at, said->ingested_at);
    at = put_int(at, said->occurred_at);
    at = put_bytes(at, PyBytes_AS_STRING(said->value), sent);
    at = put_text(at, said->digest, said->digest_size);
    if (said->is_taken) {
        at = put_int(at, said->taken_at);
    }
    else {
        *at++ = NIL;
    }
    memcpy(at, NOTHING, sizeof(NOTHING));
    assert(at + sizeof(NOTHING) == (uint8_t *)PyBytes_AS_STRING(value) + size);
    return value;
}

/* `subject 0x00 F letter event-id` (`streams.wire.row_keys`). */
static PyObject *
key_of(const Rows *rows, PyObject *subject_key, const Said *said)
{
    PyObject *letter = PyDict_GetItemWithError(rows->letters, (PyObject *)Py_TYPE(said->event));
    if (letter == NULL) {
        return NULL;
    }
    Py_ssize_t subject = PyBytes_GET_SIZE(subject_key);
    PyObject *key = PyBytes_FromStringAndSize(NULL, subject + 3 + said->event_id_size);
    if (key != NULL) {
        char *at = PyBytes_AS_STRING(key);
        memcpy(at, PyBytes_AS_STRING(subject_key), (size_t)subject);
        at[subject] = '\0';
        at[subject + 1] = 'F';
        at[subject + 2] = PyBytes_AS_STRING(letter)[0];
        memcpy(at + subject + 3, said->event_id, (size_t)said->event_id_size);
    }
    return key;
}

static PyObject *
key_and_value(const Rows *rows, PyObject *subject_key, const Said *said)
{
    PyObject *key = key_of(rows, subject_key, said);
    if (key == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    }
    PyObject *value = value_of(said);
    PyObject *both = value == NULL ? NULL : PyTuple_Pack(2, key, value);
    Py_DECREF(key);
    Py_XDECREF(value);
    return both;
}

static PyObject *
rows_stored_form(Rows *rows, PyObject *const *args, Py_ssize_t count)
{
    Said said = {0};
    if (count != 2 || !PyBytes_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "stored_form takes the key of a subject and a row");
        return NULL;
    }
    if (read_row(rows, args[1], &said) != READ) {
        Py_RETURN_NONE;
    }
    return key_and_value(rows, args[0], &said);
}

static PyObject *
rows_stored_fact(Rows *rows, PyObject *const *args, Py_ssize_t count)
{
    Said said = {0};
    if (count != 4 || !PyBytes_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "stored_fact takes the key of a subject, a fact, the "
                                         "digest of a policy, and when it was taken in");
        return NULL;
    }
    if (read_fact(rows, args[1], args[2], args[3], &said) != READ) {
        Py_RETURN_NONE;
    }
    return key_and_value(rows, args[0], &said);
}

static PyObject *
rows_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *classes[4], *names[4], *letters;
    static const Py_ssize_t fields[4] = {ROW_FIELDS, FACT_FIELDS, SOURCE_FIELDS, EVENT_FIELDS};
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Rows takes no keywords");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "OO!OO!OO!OO!O!", &classes[0], &PyTuple_Type, &names[0],
                          &classes[1], &PyTuple_Type, &names[1], &classes[2], &PyTuple_Type,
                          &names[2], &classes[3], &PyTuple_Type, &names[3], &PyDict_Type,
                          &letters)) {
        return NULL;
    }
    Py_ssize_t at = 0;
    PyObject *letter;
    while (PyDict_Next(letters, &at, NULL, &letter)) {
        if (!PyBytes_CheckExact(letter) || PyBytes_GET_SIZE(letter) != 1) {
            PyErr_SetString(PyExc_ValueError, "the letter of a class is one byte");
            return NULL;
        }
    }
    Rows *rows = (Rows *)type->tp_alloc(type, 0);
    if (rows == NULL) {
        return NULL;
    }
    Shape *shapes[4] = {&rows->row, &rows->fact, &rows->source, &rows->event};
    int failed = (rows->letters = PyDict_Copy(letters)) == NULL;
    for (int one = 0; one < 4 && !failed; one++) {
        failed = PyTuple_GET_SIZE(names[one]) != fields[one];
        if (failed) {
            PyErr_SetString(PyExc_ValueError, "another number of fields");
        }
        failed = failed || shape_init(shapes[one], classes[one], names[one]) < 0;
    }
    if (failed) {
        Py_CLEAR(rows);
    }
    return (PyObject *)rows;
}

static void
rows_dealloc(Rows *rows)
{
    shape_clear(&rows->row);
    shape_clear(&rows->fact);
    shape_clear(&rows->source);
    shape_clear(&rows->event);
    Py_CLEAR(rows->letters);
    Py_TYPE(rows)->tp_free((PyObject *)rows);
}

static PyMethodDef methods[] = {
    {"stored_form", (PyCFunction)(void (*)(void))rows_stored_form, METH_FASTCALL,
     "Key and value of a row, or None: Python writes it."},
    {"stored_fact", (PyCFunction)(void (*)(void))rows_stored_fact, METH_FASTCALL,
     "The same of the row of a fact of which nothing was published."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject RowsType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Rows",
    .tp_doc = "Writes the rows of which nothing was published.",
    .tp_basicsize = sizeof(Rows),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = rows_new,
    .tp_dealloc = (destructor)rows_dealloc,
    .tp_methods = methods,
};
