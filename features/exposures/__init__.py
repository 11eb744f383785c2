"""The exposure log: what was shown to whom, at which place, and with what probability.

    log = ExposureLog.open(workspace, store_config)     # a file beside the live store's, or tables beside its own
    log.append([list_row], [packed([exposure])])        # a list once, and the answers that showed it
    for shown in reader.parts(log.backend):             # arrays, one element a shown product
        ...

Nothing is imported here: reading needs libraries that the service has no use for.
"""
