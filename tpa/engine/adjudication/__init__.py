"""The decision core: facts in, decision or pend out. A line's charge starts open; rules move cents out of it."""
