"""The live store: an append-only log of events, read by training and by live answers.

    store = LiveStore.open(workspace, config)      # SQLite in the workspace, or PostgreSQL
    judge = Judge(TablesConfig.of(settings))
    with Appender(store) as appender:
        judged = judge.judge_all(objects, now)
        sequences = appender.append(judged.events).result()   # on the disk; 0 for what was there already
    Reader(store.backend).since(["ann"])           # what one customer did, in the order it came in

Nothing is imported here: reading files needs libraries that the service has no use for.
"""
