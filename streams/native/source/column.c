#include "column.h"

#include "looks.h"

int
column_init(Column *column, PyObject *described)
{
    PyObject *symbols, *look;
    memset(column, 0, sizeof(*column));
    if (!PyTuple_Check(described)) {
        PyErr_SetString(PyExc_TypeError, "a column is described by a tuple");
        return FAILED;
    }
    if (!PyArg_ParseTuple(described, "nippppO!O", &column->field, &column->kind, &column->optional,
                          &column->many, &column->repeats, &column->open, &PyList_Type, &symbols,
                          &look)) {
        return FAILED;
    }
    Py_ssize_t count = PyList_GET_SIZE(symbols);
    column->symbols = PyMem_Calloc((size_t)count + 1, sizeof(PyObject *));
    /* Tables only where something can come again. */
    column->repeats = column->repeats && column->kind == TEXT;
    column->texts = PyMem_Calloc(column->repeats ? MET_PLACES : 1, sizeof(Met));
    column->lists = PyMem_Calloc(column->many ? MET_PLACES : 1, sizeof(Met));
    if (column->symbols == NULL || column->texts == NULL || column->lists == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    column->symbol_count = count;
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *symbol = PyList_GET_ITEM(symbols, place);
        column->symbols[place] = symbol == Py_None ? NULL : Py_NewRef(symbol);
    }
    column->look = Py_NewRef(look);
    return 0;
}

void
column_clear(Column *column)
{
    for (Py_ssize_t place = 0; place < column->symbol_count; place++) {
        Py_CLEAR(column->symbols[place]);
    }
    PyMem_Free(column->symbols);
    if (column->texts != NULL && column->repeats) {
        met_clear(column->texts);
    }
    if (column->lists != NULL && column->many) {
        met_clear(column->lists);
    }
    PyMem_Free(column->texts);
    PyMem_Free(column->lists);
    Py_CLEAR(column->look);
}

/* The bytes of a text. As in Python, its length takes two bytes at most. */
static int
next_text(Cursor *cursor, Span *raw)
{
    int64_t size;
    if (!next_number(cursor, 2, &size)) {
        return LONG_WAY;
    }
    raw->start = next_bytes(cursor, size);
    raw->size = (Py_ssize_t)size;
    return raw->start == NULL ? LONG_WAY : READ;
}

/* What the Python look makes of a text. Bytes that are not UTF-8 are the long way's too. */
static int
ask(Column *column, Span raw, PyObject **value)
{
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)raw.start, raw.size);
    if (bytes == NULL) {
        return FAILED;
    }
    PyObject *text = PyObject_CallOneArg(column->look, bytes);
    Py_DECREF(bytes);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError)) {
            return FAILED;
        }
        PyErr_Clear();
        return LONG_WAY;
    }
    if (text == Py_None) {
        Py_DECREF(text);
        return LONG_WAY;
    }
    *value = text;
    return READ;
}

static int
text_of(Column *column, Span raw, PyObject **value)
{
    uint64_t hash = 0;
    if (column->repeats) {
        hash = hash_of(raw);
        *value = met_before(column->texts, raw, hash);
        if (*value != NULL) {
            return READ;
        }
    }
    if (!column->open && plainly_clean(raw.start, raw.size)) {
        *value = PyUnicode_DecodeASCII((const char *)raw.start, raw.size, NULL);
        if (*value == NULL) {
            return FAILED;
        }
    }
    else {
        int status = ask(column, raw, value);
        if (status != READ) {
            return status;
        }
    }
    if (column->repeats && met_now(column->texts, raw, hash, *value) < 0) {
        Py_CLEAR(*value);
        return FAILED;
    }
    return READ;
}

int
column_one(Column *column, Cursor *cursor, PyObject **value, Span *raw)
{
    if (column->kind == TEXT) {
        Span text;
        if (next_text(cursor, &text) != READ) {
            return LONG_WAY;
        }
        if (raw != NULL) {
            *raw = text;
        }
        return text_of(column, text, value);
    }
    int byte = next_byte(cursor);
    if (column->kind == SYMBOL) {
        if (byte < 0 || (byte & 0x81) || (byte >> 1) >= column->symbol_count) {
            return LONG_WAY;
        }
        PyObject *symbol = column->symbols[byte >> 1];
        *value = Py_XNewRef(symbol);
        return symbol == NULL ? LONG_WAY : READ;
    }
    if (byte < 0 || byte > 1) {
        return LONG_WAY;
    }
    *value = Py_NewRef(byte ? Py_True : Py_False);
    return READ;
}

/* Go past the elements of a list of one block, and its end, without reading them. */
static int
pass_elements(const Column *column, Cursor *cursor, int count)
{
    while (count--) {
        Span text;
        if (column->kind == TEXT ? next_text(cursor, &text) != READ : next_byte(cursor) < 0) {
            return LONG_WAY;
        }
    }
    return next_byte(cursor) == 0 ? READ : LONG_WAY;
}

int
column_many(Column *column, Cursor *cursor, PyObject **value)
{
    const uint8_t *start = cursor->at;
    int count = next_byte(cursor);
    *value = NULL;
    if (count == 0) {
        return READ;
    }
    /* Negative (a size comes behind it), or of more than 63 elements. */
    if (count < 0 || (count & 0x81)) {
        return LONG_WAY;
    }
    count >>= 1;
    Cursor elements = *cursor;
    if (pass_elements(column, cursor, count) != READ) {
        return LONG_WAY;
    }
    Span raw = {start, cursor->at - start};
    uint64_t hash = hash_of(raw);
    *value = met_before(column->lists, raw, hash);
    if (*value != NULL) {
        return READ;
    }
    PyObject *many = PyTuple_New(count);
    if (many == NULL) {
        return FAILED;
    }
    for (int place = 0; place < count; place++) {
        PyObject *one;
        int status = column_one(column, &elements, &one, NULL);
        if (status != READ) {
            Py_DECREF(many);
            return status;
        }
        PyTuple_SET_ITEM(many, place, one);
    }
    if (met_now(column->lists, raw, hash, many) < 0) {
        Py_DECREF(many);
        return FAILED;
    }
    *value = many;
    return READ;
}
