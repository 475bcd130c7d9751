#include "piles.h"

#define FIRST_SLOTS ((size_t)64)
#define MOST ((Py_ssize_t)INT32_MAX)

Piled *
piles_find(const Piles *piles, PyObject *key, Py_hash_t hash)
{
    if (piles->mask == 0) {
        return NULL;
    }
    /* There is a slot that is free, since at most a half of them are not. */
    for (size_t slot = (size_t)hash & piles->mask; piles->slots[slot] != 0;
         slot = (slot + 1) & piles->mask) {
        Piled *one = &piles->all[piles->slots[slot] - 1];
        if (one->hash == hash && one->key != NULL
            && PyBytes_GET_SIZE(one->key) == PyBytes_GET_SIZE(key)
            && memcmp(PyBytes_AS_STRING(one->key), PyBytes_AS_STRING(key),
                      (size_t)PyBytes_GET_SIZE(key)) == 0) {
            return one;
        }
    }
    return NULL;
}

void
piles_prefetch(const Piles *piles, Py_hash_t hash, int step)
{
    if (piles->mask == 0) {
        return;
    }
    /* The first slot only: most are found there, and the others lie beside it. */
    const uint32_t *slot = &piles->slots[(size_t)hash & piles->mask];
    if (step == PILES_SLOT) {
        PREFETCH(slot);
        return;
    }
    const Piled *one = *slot == 0 ? NULL : &piles->all[*slot - 1];
    if (one == NULL) {
        return;
    }
    if (step == PILES_PLACE) {
        PREFETCH(one);
    }
    else if (one->hash == hash && one->pile != NULL) {
        if (step == PILES_PILE) {
            PREFETCH(one->key);
            PREFETCH(one->pile);
        }
        else {
            PREFETCH(one->pile->to);
        }
    }
}

static void
put_slot(Piles *piles, Py_ssize_t place)
{
    size_t slot = (size_t)piles->all[place].hash & piles->mask;
    while (piles->slots[slot] != 0) {
        slot = (slot + 1) & piles->mask;
    }
    piles->slots[slot] = (uint32_t)place + 1;
}

/* Have a place more, and twice as many slots as places. */
static int
make_room(Piles *piles)
{
    if (piles->count >= MOST) {
        PyErr_NoMemory();
        return FAILED;
    }
    if (piles->count == piles->room) {
        Py_ssize_t room = piles->room == 0 ? (Py_ssize_t)FIRST_SLOTS / 2 : piles->room * 2;
        Piled *all = PyMem_Realloc(piles->all, (size_t)room * sizeof(Piled));
        if (all == NULL) {
            PyErr_NoMemory();
            return FAILED;
        }
        piles->all = all;
        piles->room = room;
    }
    size_t slots = piles->mask + 1;
    if (piles->mask != 0 && (size_t)(piles->count + 1) * 2 <= slots) {
        return 0;
    }
    slots = piles->mask == 0 ? FIRST_SLOTS : slots * 2;
    uint32_t *made = PyMem_Calloc(slots, sizeof(uint32_t));
    if (made == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    PyMem_Free(piles->slots);
    piles->slots = made;
    piles->mask = slots - 1;
    for (Py_ssize_t place = 0; place < piles->count; place++) {
        put_slot(piles, place);
    }
    return 0;
}

Pile *
piles_begin(Piles *piles, PyObject *key, Py_hash_t hash)
{
    Piled *known = piles_find(piles, key, hash);
    if (known == NULL && make_room(piles) < 0) {
        return NULL;
    }
    Pile *pile = pile_new();
    if (pile == NULL) {
        return NULL;
    }
    if (known != NULL) {
        known->pile = pile;  /* it was popped */
    }
    else {
        piles->all[piles->count] = (Piled){hash, Py_NewRef(key), pile};
        put_slot(piles, piles->count++);
    }
    piles->held++;
    return pile;
}

static void
clear(Piles *piles)
{
    for (Py_ssize_t place = piles->taken; place < piles->count; place++) {
        Py_XDECREF(piles->all[place].key);
        Py_XDECREF((PyObject *)piles->all[place].pile);
    }
    PyMem_Free(piles->all);
    PyMem_Free(piles->slots);
    piles->all = NULL;
    piles->slots = NULL;
    piles->count = piles->room = piles->held = piles->taken = 0;
    piles->mask = 0;
}

/* The next key with its pile, which is let go of; after the last it is as if new. */
static PyObject *
piles_take(Piles *piles)
{
    while (piles->taken < piles->count) {
        Piled *one = &piles->all[piles->taken++];
        PyObject *key = one->key, *pile = (PyObject *)one->pile;
        one->key = NULL;
        one->pile = NULL;
        if (pile == NULL) {
            Py_DECREF(key);
            continue;
        }
        piles->held--;
        PyObject *both = PyTuple_New(2);
        if (both == NULL) {
            Py_DECREF(key);
            Py_DECREF(pile);
            return NULL;
        }
        PyTuple_SET_ITEM(both, 0, key);
        PyTuple_SET_ITEM(both, 1, pile);
        return both;
    }
    clear(piles);
    return NULL;
}

static PyObject *
piles_pop(Piles *piles, PyObject *key)
{
    if (!PyBytes_CheckExact(key)) {
        PyErr_SetString(PyExc_TypeError, "a key is bytes");
        return NULL;
    }
    Piled *one = piles_find(piles, key, PyObject_Hash(key));
    if (one == NULL || one->pile == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *pile = (PyObject *)one->pile;
    one->pile = NULL;
    piles->held--;
    return pile;
}

static PyObject *
piles_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) > 0 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        PyErr_SetString(PyExc_TypeError, "Piles takes nothing");
        return NULL;
    }
    return type->tp_alloc(type, 0);
}

static void
piles_dealloc(Piles *piles)
{
    clear(piles);
    Py_TYPE(piles)->tp_free((PyObject *)piles);
}

static Py_ssize_t
piles_length(Piles *piles)
{
    return piles->held;
}

static PySequenceMethods as_sequence = {.sq_length = (lenfunc)piles_length};

static PyMethodDef methods[] = {
    {"pop", (PyCFunction)piles_pop, METH_O, "Take out the pile under a key, or None."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject PilesType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Piles",
    .tp_doc = "The piles of all subjects by their keys; who goes through them takes them out.",
    .tp_basicsize = sizeof(Piles),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = piles_new,
    .tp_dealloc = (destructor)piles_dealloc,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = (iternextfunc)piles_take,
    .tp_methods = methods,
    .tp_as_sequence = &as_sequence,
};
