from serving.metrics import Metrics, StoreFigures


def test_requests_are_counted_by_route_and_errors_by_status() -> None:
    metrics = Metrics()
    metrics.answered("/v1/model", 200, 0.003)
    metrics.answered("/v1/model", 404, 0.7)
    text = metrics.text(age=60, version="3").decode()
    assert 'esnaf_request_seconds_bucket{le="0.004",path="/v1/model"} 1.0' in text
    assert 'esnaf_request_seconds_count{path="/v1/model"} 2.0' in text
    assert 'esnaf_request_errors_total{path="/v1/model",status="404"} 1.0' in text
    assert 'status="200"' not in text


def test_lists_and_what_filled_them_are_counted() -> None:
    metrics = Metrics()
    metrics.looked_up(hits=3, misses=1)
    metrics.fell_back("popular", 7)
    metrics.fell_back("popular", 2)
    text = metrics.text(age=60, version="3").decode()
    assert "esnaf_list_cache_hits_total 3.0" in text
    assert "esnaf_list_cache_misses_total 1.0" in text
    assert 'esnaf_fallback_products_total{source="popular"} 9.0' in text


def test_models_taken_up_and_refused_are_counted() -> None:
    metrics = Metrics()
    metrics.switched()
    metrics.refused()
    metrics.refused()
    text = metrics.text(age=60, version="3").decode()
    assert "esnaf_model_switches_total 1.0" in text
    assert "esnaf_model_refusals_total 2.0" in text


def test_verdicts_of_events_are_counted() -> None:
    metrics = Metrics()
    metrics.took_in(3, 0, ["bad_id", "future", "bad_id"])
    metrics.took_in(0, 2, [])
    text = metrics.text(age=60, version="3", store=StoreFigures(up=False, waiting=7, lag=1.5)).decode()
    counts = {"accepted": 3, "duplicate": 2, "bad_id": 2, "future": 1}
    assert all(f'esnaf_events_total{{verdict="{verdict}"}} {count}.0' in text for verdict, count in counts.items())
    assert "esnaf_store_up 0.0" in text
    assert "esnaf_store_waiting_events 7.0" in text
    assert "esnaf_store_lag_seconds 1.5" in text


def test_the_model_tells_its_version_and_age() -> None:
    text = Metrics().text(age=86_400, version="3").decode()
    assert "esnaf_model_age_seconds 86400.0" in text
    assert 'esnaf_model{version="3"} 1.0' in text
