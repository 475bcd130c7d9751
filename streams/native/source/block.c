/* Where the records of a block end (`streams.wire.skip.ends_of`). */
#include "block.h"

#include "exact.h"

static int
pass_instant(Cursor *cursor)
{
    int byte;
    do {
        byte = next_byte(cursor);
    } while (byte > 0x7F);
    return byte < 0 ? LONG_WAY : READ;
}

static int
pass_one(const Column *column, Cursor *cursor)
{
    if (column->kind == TEXT) {
        int64_t size;
        return next_number(cursor, 2, &size) && next_bytes(cursor, size) != NULL ? READ : LONG_WAY;
    }
    int byte = next_byte(cursor);
    return byte < 0 || (column->kind == SYMBOL && (byte & 0x81)) ? LONG_WAY : READ;
}

static int
pass_column(const Column *column, Cursor *cursor)
{
    if (column->optional) {
        int branch = next_byte(cursor);
        if (branch != 2) {
            return branch == 0 ? READ : LONG_WAY;
        }
    }
    if (column->kind == INSTANT) {
        return pass_instant(cursor);
    }
    if (!column->many) {
        return pass_one(column, cursor);
    }
    int count = next_byte(cursor);
    if (count == 0) {
        return READ;
    }
    if (count < 0 || (count & 0x81)) {
        return LONG_WAY;
    }
    for (count >>= 1; count > 0; count--) {
        if (pass_one(column, cursor) != READ) {
            return LONG_WAY;
        }
    }
    return next_byte(cursor) == 0 ? READ : LONG_WAY;
}

/* Go past the next record; one of no bytes is none. */
static int
pass_record(const Reader *reader, Cursor *cursor)
{
    const uint8_t *start = cursor->at;
    for (Py_ssize_t place = 0; place < reader->column_count; place++) {
        if (pass_column(&reader->columns[place], cursor) != READ) {
            return LONG_WAY;
        }
    }
    return cursor->at > start ? READ : LONG_WAY;
}

static int
find_ends(const Reader *reader, const uint8_t *bytes, Py_ssize_t size, long long records,
          PyObject *ends)
{
    Cursor cursor = cursor_over(bytes, size);
    while (records-- > 0) {
        if (pass_record(reader, &cursor) != READ) {
            return LONG_WAY;
        }
        PyObject *end = PyLong_FromSsize_t(cursor.at - bytes);
        if (end == NULL || PyList_Append(ends, end) < 0) {
            Py_XDECREF(end);
            return FAILED;
        }
        Py_DECREF(end);
    }
    return bytes_left(&cursor) == 0 ? READ : LONG_WAY;
}

PyObject *
reader_ends(Reader *reader, PyObject *args)
{
    PyObject *block;
    long long records;
    if (!PyArg_ParseTuple(args, "SL", &block, &records)) {
        return NULL;
    }
    PyObject *ends = PyList_New(0);
    if (ends == NULL) {
        return NULL;
    }
    const uint8_t *bytes = EXACT(block);
    int status = find_ends(reader, bytes, PyBytes_GET_SIZE(block), records, ends);
    EXACT_END(bytes);
    if (status == READ) {
        return ends;
    }
    Py_DECREF(ends);
    return status == FAILED ? NULL : Py_NewRef(Py_None);
}
