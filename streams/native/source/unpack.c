/* Records of a batch, version 2, uncompressed, to the records that the worker takes.
 *
 * https://kafka.apache.org/documentation/#recordbatch. The header of the batch was read before,
 * by aiokafka. Whatever is not in order is LONG_WAY: then its reader looks at the same bytes.
 */
#include "unpack.h"

#define RECORD_BYTES 600  /* what a record takes in memory (`streams.unpacking.fetched`) */
#define HEADER_BYTES 150

/* Bytes behind their length, None for -1. */
static int
next_field(Cursor *cursor, PyObject **field, Batch *batch)
{
    int64_t size;
    if (!next_number(cursor, 5, &size) || size < -1) {
        return LONG_WAY;
    }
    if (size == -1) {
        *field = Py_NewRef(Py_None);
        return READ;
    }
    const uint8_t *start = next_bytes(cursor, size);
    if (start == NULL) {
        return LONG_WAY;
    }
    batch->bytes += size;
    *field = PyBytes_FromStringAndSize((const char *)start, (Py_ssize_t)size);
    return *field == NULL ? FAILED : READ;
}

static int
next_name(Unpacker *unpacker, Cursor *cursor, PyObject **name)
{
    int64_t size;
    if (!next_number(cursor, 5, &size)) {
        return LONG_WAY;
    }
    Span raw = {next_bytes(cursor, size), (Py_ssize_t)size};
    if (raw.start == NULL) {
        return LONG_WAY;
    }
    uint64_t hash = hash_of(raw);
    *name = met_before(unpacker->names, raw, hash);
    if (*name != NULL) {
        return READ;
    }
    *name = PyUnicode_DecodeUTF8((const char *)raw.start, raw.size, NULL);
    if (*name == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
            return FAILED;
        }
        PyErr_Clear();
        return LONG_WAY;
    }
    if (met_now(unpacker->names, raw, hash, *name) < 0) {
        Py_CLEAR(*name);
        return FAILED;
    }
    return READ;
}

static int
next_headers(Unpacker *unpacker, Cursor *cursor, PyObject **headers, Batch *batch)
{
    int64_t count;
    if (!next_number(cursor, 5, &count) || count < 0 || count > batch->headers_at_most) {
        return LONG_WAY;
    }
    if (count == 0) {
        *headers = Py_NewRef(unpacker->no_headers);
        return READ;
    }
    /* Each takes two bytes at least, so nobody can ask for more room than was sent. */
    if (count > bytes_left(cursor) / 2) {
        return LONG_WAY;
    }
    batch->bytes += HEADER_BYTES * count;
    PyObject *all = PyTuple_New((Py_ssize_t)count);
    if (all == NULL) {
        return FAILED;
    }
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *name = NULL, *value = NULL;
        int status = next_name(unpacker, cursor, &name);
        if (status == READ) {
            status = next_field(cursor, &value, batch);
        }
        PyObject *header = status == READ ? PyTuple_Pack(2, name, value) : NULL;
        Py_XDECREF(name);
        Py_XDECREF(value);
        if (header == NULL) {
            Py_DECREF(all);
            return status == READ ? FAILED : status;
        }
        PyTuple_SET_ITEM(all, place, header);
    }
    *headers = all;
    return READ;
}

static int
place_of(Cursor *cursor, Batch *batch, PyObject **offset, PyObject **timestamp)
{
    int64_t time_delta, offset_delta, time = batch->time;
    if (!next_number(cursor, 9, &time_delta) || !next_number(cursor, 5, &offset_delta)
        || offset_delta < 0 || batch->base_offset >= INT64_MAX - offset_delta) {
        return LONG_WAY;
    }
    if (!batch->append_time && __builtin_add_overflow(batch->time, time_delta, &time)) {
        return LONG_WAY;
    }
    if (batch->base_offset + offset_delta < batch->next_offset) {
        return LONG_WAY;
    }
    batch->next_offset = batch->base_offset + offset_delta + 1;
    if (batch->last_timestamp == NULL || batch->last_time != time) {
        Py_XSETREF(batch->last_timestamp, PyLong_FromLongLong(time));
        batch->last_time = time;
        if (batch->last_timestamp == NULL) {
            return FAILED;
        }
    }
    *timestamp = Py_NewRef(batch->last_timestamp);
    *offset = PyLong_FromLongLong(batch->next_offset - 1);
    return *offset == NULL ? FAILED : READ;
}

static int
next_record(Unpacker *unpacker, Cursor *cursor, Batch *batch, PyObject **record)
{
    int64_t size;
    if (!next_number(cursor, 5, &size)) {
        return LONG_WAY;
    }
    const uint8_t *start = next_bytes(cursor, size);
    if (start == NULL) {
        return LONG_WAY;
    }
    Cursor inside = cursor_over(start, (Py_ssize_t)size);
    if (next_byte(&inside) != 0) {  /* attributes: none has a meaning yet */
        return LONG_WAY;
    }
    PyObject *one = shape_new(&unpacker->record);
    if (one == NULL) {
        return FAILED;
    }
#define SLOT(field) shape_slot(&unpacker->record, one, (field))
    *SLOT(TOPIC) = Py_NewRef(batch->topic);
    *SLOT(PARTITION) = Py_NewRef(batch->partition);
    int status = place_of(&inside, batch, SLOT(OFFSET), SLOT(TIMESTAMP));
    if (status == READ) {
        status = next_field(&inside, SLOT(KEY), batch);
    }
    if (status == READ) {
        status = next_field(&inside, SLOT(VALUE), batch);
    }
    if (status == READ) {
        status = next_headers(unpacker, &inside, SLOT(HEADERS), batch);
    }
    if (status == READ && bytes_left(&inside) > 0) {
        status = LONG_WAY;
    }
    if (status != READ) {
        Py_DECREF(one);
        return status;
    }
#undef SLOT
    batch->bytes += RECORD_BYTES;
    *record = one;
    return READ;
}

int
next_records(Unpacker *unpacker, Cursor *cursor, Batch *batch, int64_t left, int64_t room,
             PyObject *records)
{
    while (left-- > 0 && batch->bytes < room) {
        PyObject *record;
        int status = next_record(unpacker, cursor, batch, &record);
        if (status != READ) {
            return status;
        }
        int failed = PyList_Append(records, record);
        Py_DECREF(record);
        if (failed < 0) {
            return FAILED;
        }
    }
    /* Of a batch that is whole nothing is left over. */
    return left < 0 && bytes_left(cursor) > 0 ? LONG_WAY : READ;
}
