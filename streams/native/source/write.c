/* The other way round than `reader.c`: an event of this schema to Avro.
 *
 * A value can be read that nobody would write so, and several values give the same event. So
 * whoever keeps an event in the place of its bytes compares them first, once.
 */
#include "write.h"

typedef struct {
    uint8_t *at;
    const uint8_t *end;
} Room;

static int
put_raw(Room *room, const void *bytes, Py_ssize_t size)
{
    if (size > room->end - room->at) {
        return LONG_WAY;
    }
    memcpy(room->at, bytes, (size_t)size);
    room->at += size;
    return READ;
}

static int
put_byte(Room *room, int byte)
{
    uint8_t one = (uint8_t)byte;
    return put_raw(room, &one, 1);
}

static int
put_long(Room *room, int64_t number)
{
    uint64_t left = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    while (left > 0x7F) {
        if (put_byte(room, (int)(left & 0x7F) | 0x80) != READ) {
            return LONG_WAY;
        }
        left >>= 7;
    }
    return put_byte(room, (int)left);
}

/* Texts of other letters than ASCII would keep a second form of themselves once asked for it. */
static int
put_text(Room *room, PyObject *text)
{
    if (!PyUnicode_Check(text) || !PyUnicode_IS_COMPACT_ASCII(text)) {
        return LONG_WAY;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    return put_long(room, size) == READ ? put_raw(room, PyUnicode_1BYTE_DATA(text), size)
                                        : LONG_WAY;
}

static int
put_symbol(Room *room, const Column *column, PyObject *symbol)
{
    for (Py_ssize_t place = 0; place < column->symbol_count; place++) {
        if (column->symbols[place] == symbol) {
            return put_long(room, place);
        }
    }
    return LONG_WAY;
}

static int
put_instant(Room *room, PyObject *instant)
{
    int overflow;
    if (!PyLong_CheckExact(instant)) {
        return LONG_WAY;
    }
    long long number = PyLong_AsLongLongAndOverflow(instant, &overflow);
    return overflow ? LONG_WAY : put_long(room, number);
}

static int
put_one(Room *room, const Column *column, PyObject *value)
{
    switch (column->kind) {
    case TEXT:
        return put_text(room, value);
    case SYMBOL:
        return put_symbol(room, column, value);
    case INSTANT:
        return put_instant(room, value);
    default:
        return PyBool_Check(value) ? put_byte(room, value == Py_True) : LONG_WAY;
    }
}

static int
put_many(Room *room, const Column *column, PyObject *many)
{
    if (!PyTuple_CheckExact(many)) {
        return LONG_WAY;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(many);
    if (count == 0) {
        return put_byte(room, 0);
    }
    int status = put_long(room, count);
    for (Py_ssize_t place = 0; place < count && status == READ; place++) {
        status = put_one(room, column, PyTuple_GET_ITEM(many, place));
    }
    return status == READ ? put_byte(room, 0) : LONG_WAY;
}

static int
put_column(Room *room, const Reader *reader, const Column *column, PyObject *event)
{
    PyObject *value = *shape_slot(&reader->shape, event, column->field);
    if (value == NULL) {
        return LONG_WAY;
    }
    if (column->optional) {
        if (value == reader->defaults[column->field]) {
            return put_byte(room, 0);
        }
        if (put_byte(room, 2) != READ) {
            return LONG_WAY;
        }
    }
    return column->many ? put_many(room, column, value) : put_one(room, column, value);
}

Py_ssize_t
reader_write(const Reader *reader, PyObject *event, uint8_t space[WRITTEN_MAX])
{
    Room room = {space, space + WRITTEN_MAX};
    if (!Py_IS_TYPE(event, reader->shape.type)) {
        return LONG_WAY;
    }
    int status = put_raw(&room, reader->header, AVRO_HEADER);
    for (Py_ssize_t place = 0; place < reader->column_count && status == READ; place++) {
        status = put_column(&room, reader, &reader->columns[place], event);
    }
    return status == READ ? room.at - space : LONG_WAY;
}
