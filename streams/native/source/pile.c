#include "pile.h"

#define FIRST_ROOM 512  /* two or three records; most subjects have some more */

Pile *
pile_new(void)
{
    Pile *pile = PyObject_New(Pile, &PileType);
    if (pile != NULL) {
        pile->bytes = NULL;
        pile->size = pile->room = pile->count = pile->at = 0;
    }
    return pile;
}

/* Have room for so many bytes more. */
static int
make_room(Pile *pile, Py_ssize_t more)
{
    if (more <= pile->room - pile->size) {
        return 0;
    }
    /* By a half each time: what is never filled stays a third at most. */
    Py_ssize_t half = pile->room / 2;
    Py_ssize_t room = half > PY_SSIZE_T_MAX - pile->room ? PY_SSIZE_T_MAX : pile->room + half;
    if (room < FIRST_ROOM) {
        room = FIRST_ROOM;
    }
    if (room - pile->size < more) {
        if (more > PY_SSIZE_T_MAX - pile->size) {
            PyErr_NoMemory();
            return FAILED;
        }
        room = pile->size + more;
    }
    uint8_t *bytes = PyMem_Realloc(pile->bytes, (size_t)room);
    if (bytes == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    pile->bytes = bytes;
    pile->room = room;
    return 0;
}

int
pile_add(Pile *pile, PyObject *file, int64_t number, Span header, Span record)
{
    if (pile->at > 0) {
        PyErr_SetString(PyExc_ValueError, "records of which some were read are no more added to");
        return FAILED;
    }
    const Py_ssize_t beside = (Py_ssize_t)sizeof(PileHead);
    if (header.size < 0 || record.size < 0 || header.size > PY_SSIZE_T_MAX - beside
        || record.size > PY_SSIZE_T_MAX - beside - header.size) {
        PyErr_NoMemory();
        return FAILED;
    }
    if (make_room(pile, beside + header.size + record.size) < 0) {
        return FAILED;
    }
    PileHead head = {Py_NewRef(file), number, header.size + record.size};
    uint8_t *to = pile->bytes + pile->size;
    memcpy(to, &head, sizeof(head));
    to += sizeof(head);
    memcpy(to, header.start, (size_t)header.size);
    memcpy(to + header.size, record.start, (size_t)record.size);
    pile->size += beside + head.size;
    pile->count++;
    return 0;
}

int
pile_read(const Pile *pile, Py_ssize_t *at, PileHead *head, Span *value)
{
    if (*at >= pile->size) {
        return LONG_WAY;
    }
    memcpy(head, pile->bytes + *at, sizeof(*head));
    value->start = pile->bytes + *at + sizeof(*head);
    value->size = head->size;
    *at += (Py_ssize_t)sizeof(*head) + head->size;
    return READ;
}

static void
pile_dealloc(Pile *pile)
{
    PileHead head;
    Span value;
    Py_ssize_t at = 0;
    while (pile_read(pile, &at, &head, &value) == READ) {
        Py_DECREF(head.file);
    }
    PyMem_Free(pile->bytes);
    PyObject_Free(pile);
}

static Py_ssize_t
pile_length(Pile *pile)
{
    return pile->count;
}

static PySequenceMethods as_sequence = {.sq_length = (lenfunc)pile_length};

PyTypeObject PileType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Pile",
    .tp_doc = "Records of one subject, which `Held` puts there and reads.",
    .tp_basicsize = sizeof(Pile),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)pile_dealloc,
    .tp_as_sequence = &as_sequence,
};
