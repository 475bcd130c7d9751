#include "canonical.h"

#define INSTANT_SIZE 26  /* "2026-09-01T10:00:00.000Z" with its quotes */
#define DAY_MS 86400000LL

int
form_init(Form *form, PyObject *members, Py_ssize_t fields)
{
    Py_ssize_t count = PyTuple_GET_SIZE(members);
    form->members = PyMem_Calloc((size_t)count + 1, sizeof(Member));
    if (form->members == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    for (Py_ssize_t place = 0; place < count; place++) {
        Member *one = &form->members[place];
        PyObject *described = PyTuple_GET_ITEM(members, place), *name;
        if (!PyTuple_Check(described)
            || !PyArg_ParseTuple(described, "Snp", &name, &one->field, &one->is_instant)) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_TypeError, "a member is described by a tuple");
            }
            return FAILED;
        }
        if (one->field < -1 || one->field >= fields) {
            PyErr_SetString(PyExc_ValueError, "a member of a field that the event has not");
            return FAILED;
        }
        one->name = Py_NewRef(name);
        form->count = place + 1;
    }
    return 0;
}

void
form_clear(Form *form)
{
    for (Py_ssize_t place = 0; place < form->count; place++) {
        Py_CLEAR(form->members[place].name);
    }
    PyMem_Free(form->members);
    form->members = NULL;
    form->count = 0;
}

/* Whether a text stands in JSON as it is; members of vocabularies are texts too. */
static int
is_plain(PyObject *text)
{
    if (!PyUnicode_Check(text) || !PyUnicode_IS_ASCII(text)) {
        return 0;
    }
    const uint8_t *at = PyUnicode_1BYTE_DATA(text);
    for (Py_ssize_t left = PyUnicode_GET_LENGTH(text); left > 0; left--, at++) {
        if (*at < 0x20 || *at == '"' || *at == '\\') {
            return 0;
        }
    }
    return 1;
}

/* How many bytes a value takes; 0 for what is left out, -1 for what JSON would escape. */
static Py_ssize_t
value_size(PyObject *value, int is_instant)
{
    if (value == NULL || value == Py_None) {
        return 0;
    }
    if (is_instant) {
        return INSTANT_SIZE;
    }
    if (value == Py_True || value == Py_False) {
        return value == Py_True ? 4 : 5;
    }
    if (PyTuple_Check(value)) {
        Py_ssize_t size = 1;
        for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(value); place++) {
            PyObject *one = PyTuple_GET_ITEM(value, place);
            if (!is_plain(one)) {
                return -1;
            }
            size += PyUnicode_GET_LENGTH(one) + 3;
        }
        return size > 1 ? size : 0;
    }
    return is_plain(value) ? PyUnicode_GET_LENGTH(value) + 2 : -1;
}

static char *
put_digits(char *at, int64_t number, int digits)
{
    for (int place = digits - 1; place >= 0; place--) {
        at[place] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + digits;
}

/* Days since 1970 to a date: https://howardhinnant.github.io/date_algorithms.html. */
static char *
put_date(char *at, int64_t days)
{
    days += 719468;
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    at = put_digits(at, year + era * 400 + (month <= 2), 4);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    return put_digits(at, day, 2);
}

/* An event's instant lies between 1990 and 9999: the reader has seen to that. */
static char *
put_instant(char *at, int64_t instant)
{
    int64_t of_day = instant % DAY_MS;
    *at++ = '"';
    at = put_date(at, instant / DAY_MS);
    *at++ = 'T';
    at = put_digits(at, of_day / 3600000, 2);
    *at++ = ':';
    at = put_digits(at, of_day / 60000 % 60, 2);
    *at++ = ':';
    at = put_digits(at, of_day / 1000 % 60, 2);
    *at++ = '.';
    at = put_digits(at, of_day % 1000, 3);
    *at++ = 'Z';
    *at++ = '"';
    return at;
}

static char *
put_text(char *at, PyObject *text)
{
    size_t size = (size_t)PyUnicode_GET_LENGTH(text);
    *at++ = '"';
    memcpy(at, PyUnicode_1BYTE_DATA(text), size);
    at[size] = '"';
    return at + size + 1;
}

static char *
put_value(char *at, PyObject *value, int is_instant)
{
    if (is_instant) {
        return put_instant(at, PyLong_AsLongLong(value));
    }
    if (value == Py_True || value == Py_False) {
        size_t size = value == Py_True ? 4 : 5;
        memcpy(at, value == Py_True ? "true" : "false", size);
        return at + size;
    }
    if (!PyTuple_Check(value)) {
        return put_text(at, value);
    }
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(value); place++) {
        *at++ = place ? ',' : '[';
        at = put_text(at, PyTuple_GET_ITEM(value, place));
    }
    *at++ = ']';
    return at;
}

int
form_bytes(const Form *form, const Shape *shape, PyObject *event, PyObject **bytes)
{
    Py_ssize_t size = 1;
    for (Py_ssize_t place = 0; place < form->count; place++) {
        const Member *one = &form->members[place];
        Py_ssize_t value = 0;
        if (one->field >= 0) {
            value = value_size(*shape_slot(shape, event, one->field), one->is_instant);
            if (value < 0) {
                return LONG_WAY;
            }
            if (value == 0) {
                continue;
            }
        }
        size += PyBytes_GET_SIZE(one->name) + value + 1;
    }
    *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (*bytes == NULL) {
        return FAILED;
    }
    char *start = PyBytes_AS_STRING(*bytes), *at = start;
    for (Py_ssize_t place = 0; place < form->count; place++) {
        const Member *one = &form->members[place];
        PyObject *value = one->field < 0 ? NULL : *shape_slot(shape, event, one->field);
        if (one->field >= 0 && value_size(value, one->is_instant) == 0) {
            continue;
        }
        char mark = at == start ? '{' : ',';
        *at++ = mark;
        memcpy(at, PyBytes_AS_STRING(one->name), (size_t)PyBytes_GET_SIZE(one->name));
        at += PyBytes_GET_SIZE(one->name);
        if (one->field >= 0) {
            at = put_value(at, value, one->is_instant);
        }
    }
    *at++ = '}';
    assert(at == start + size);
    return READ;
}
