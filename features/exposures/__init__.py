"""The exposure log: what was shown to whom, at which place, and with what probability.

    log = ExposureLog.open(workspace, store_config)     # a file beside the live store's, or tables beside its own
    log.append([listed.row()], [exposure])              # a list once, and each answer that showed it
    for shown in Exposed(log.backend).parts():          # arrays, one element a shown product
        ...

Nothing is imported here: reading needs libraries that the service has no use for.
"""
