#include "reader.h"

#define MAX_BYTES 65536  /* as in `streams.wire.avro_fast_path` */

/* An instant; most events have the same one twice, which is then one object. */
static int
read_instant(const Reader *reader, Cursor *cursor, PyObject **value, ReadEvent *read)
{
    int64_t instant;
    if (!next_number(cursor, 9, &instant)) {
        return LONG_WAY;
    }
    if (instant < reader->earliest || instant > reader->latest) {
        return LONG_WAY;
    }
    PyObject *before = *shape_slot(&reader->shape, read->event, reader->occurred_at);
    if (before != NULL && instant == read->occurred_at) {
        *value = Py_NewRef(before);
        return READ;
    }
    *value = PyLong_FromLongLong(instant);
    return *value == NULL ? FAILED : READ;
}

/* Placeholders for nobody (`streams.core.identifiers.NOBODY`), of which the long way says it. */
static const char *const NOBODY[] = {
    "null", "undefined", "none", "nil", "nan", "n/a", "unknown", "anonymous", "guest",
    "[object object]", "00000000-0000-0000-0000-000000000000",
};

#define LONGEST_OF_NOBODY 36

static int
means_nobody(Span text)
{
    /* Most pseudonyms are longer. */
    if (text.size > LONGEST_OF_NOBODY) {
        return 0;
    }
    for (size_t one = 0; one < sizeof(NOBODY) / sizeof(*NOBODY); one++) {
        Py_ssize_t at = 0;
        while (at < text.size && NOBODY[one][at] != '\0'
               && NOBODY[one][at] == Py_TOLOWER(text.start[at])) {
            at++;
        }
        if (at == text.size && NOBODY[one][at] == '\0') {
            return 1;
        }
    }
    return 0;
}

static int
read_column(Reader *reader, Column *column, Cursor *cursor, ReadEvent *read)
{
    PyObject *value = NULL;
    int status;
    if (column->optional) {
        int branch = next_byte(cursor);
        if (branch == 0) {
            return READ;
        }
        if (branch != 2) {
            return LONG_WAY;
        }
    }
    if (column->kind == INSTANT) {
        status = read_instant(reader, cursor, &value, read);
        if (status == READ && column->field == reader->occurred_at) {
            read->occurred_at = PyLong_AsLongLong(value);
        }
    }
    else if (column->many) {
        status = column_many(column, cursor, &value);
    }
    else {
        Span raw = {NULL, 0};
        status = column_one(column, cursor, &value, &raw);
        if (column->field == reader->controller_id) {
            read->controller_id = raw;
        }
        else if (column->field == reader->subject_id) {
            read->subject_id = raw;
            if (status == READ && means_nobody(raw)) {
                Py_CLEAR(value);
                status = LONG_WAY;
            }
        }
    }
    if (status == READ) {
        *shape_slot(&reader->shape, read->event, column->field) = value;
    }
    return status;
}

/* What the record did not say. */
static int
fill_rest(const Reader *reader, PyObject *event)
{
    const Shape *shape = &reader->shape;
    PyObject **recorded_at = shape_slot(shape, event, reader->recorded_at);
    if (*recorded_at == NULL) {
        *recorded_at = Py_XNewRef(*shape_slot(shape, event, reader->occurred_at));
    }
    for (Py_ssize_t field = 0; field < shape->count; field++) {
        PyObject **slot = shape_slot(shape, event, field);
        if (*slot == NULL) {
            if (reader->defaults[field] == NULL) {
                return LONG_WAY;
            }
            *slot = Py_NewRef(reader->defaults[field]);
        }
    }
    return READ;
}

/* A grant is for one purpose; of any other number the long way says what is wrong. */
static int
is_sound_grant(const Reader *reader, PyObject *event)
{
    if (reader->granted == NULL) {
        return READ;
    }
    if (*shape_slot(&reader->shape, event, reader->action) != reader->granted) {
        return READ;
    }
    PyObject *purposes = *shape_slot(&reader->shape, event, reader->purposes);
    return PyTuple_Check(purposes) && PyTuple_GET_SIZE(purposes) == 1 ? READ : LONG_WAY;
}

int
reader_read(Reader *reader, const uint8_t *value, Py_ssize_t size, ReadEvent *read)
{
    if (size < AVRO_HEADER || size > MAX_BYTES) {
        return LONG_WAY;
    }
    memset(read, 0, sizeof(*read));
    read->event = shape_new(&reader->shape);
    if (read->event == NULL) {
        return FAILED;
    }
    Cursor cursor = cursor_over(value + AVRO_HEADER, size - AVRO_HEADER);
    int status = READ;
    for (Py_ssize_t place = 0; place < reader->column_count && status == READ; place++) {
        status = read_column(reader, &reader->columns[place], &cursor, read);
    }
    if (status == READ && bytes_left(&cursor) > 0) {
        status = LONG_WAY;
    }
    if (status == READ) {
        status = fill_rest(reader, read->event);
    }
    if (status == READ) {
        status = is_sound_grant(reader, read->event);
    }
    if (status != READ) {
        Py_CLEAR(read->event);
    }
    return status;
}
