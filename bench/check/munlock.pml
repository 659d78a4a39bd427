/* A twin by hand of the scenarios S1 and S2 of rules/stranded-unevictable.md at v6.12, for SPIN: one read-modify-write
 * of the flags word is one atomic step, everything else a step of its own. -DS2: isolated and put back. */
#ifdef S2
bool lru = 1, mlocked = 1, unevictable = 1;
byte mlock_count = 1;
#else
bool lru = 0, mlocked = 1, unevictable = 0;
byte mlock_count = 0;
#endif
bool is_active = 0;
byte lock = 0, refcount = 3, listed = 0, done = 0;

inline take() { atomic { lock == 0 -> lock = 1 } }
inline give() { lock = 0 }

proctype munlock()
{
	bool won = 0, token, was, ev, seen;

	atomic { token = lru; lru = 0 }
	if
	:: token ->
		won = 1;
		take();
		seen = unevictable;
		if
		:: seen && mlock_count > 0 -> mlock_count--
		:: else -> skip
		fi;
		seen = unevictable;
		if
		:: seen && mlock_count > 0 -> goto out
		:: else -> skip
		fi
	:: else -> skip
	fi;
	atomic { was = mlocked; mlocked = 0 }
	if
	:: was -> seen = unevictable
	:: else -> skip
	fi;
	if
	:: won ->
		seen = unevictable;
		if
		:: seen ->
			ev = !mlocked;
			if
			:: ev -> listed = 0; unevictable = 0; listed = 1
			:: else -> skip
			fi
		:: else -> skip
		fi
	:: else -> skip
	fi;
out:
	if
	:: won -> lru = 1; give()
	:: else -> skip
	fi;
	done++
}

inline add()
{
	take();
	atomic { was = unevictable; unevictable = 0 }
	assert(!lru);
	ev = !mlocked;
	if
	:: ev -> skip
	:: else -> is_active = 0; unevictable = 1; mlock_count = 0
	fi;
	seen = unevictable;
	if
	:: seen -> skip
	:: else -> listed = 1
	fi;
	lru = 1;
	give();
	refcount--
}

proctype drain()
{
	bool was, ev, seen, token;
#ifdef S2
	atomic { token = lru; lru = 0 }
	if
	:: token ->
		refcount++;
		take();
		seen = unevictable;
		listed = 0;
		give();
		add()
	:: else -> skip
	fi;
#else
	add();
#endif
	done++
}

init
{
	atomic { run munlock(); run drain() }
	done == 2;
	assert(!(lru && unevictable && !mlocked))
}
