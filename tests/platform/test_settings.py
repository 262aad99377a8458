"""What production is told by its environment, and what it refuses."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.keys import DEMO_KEY, require_strong
from config.redis_urls import broker_url, cache_url

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "DATABASE_URL": "postgresql://crm_app@localhost/crm",
    "REDIS_URL": "redis://localhost/0",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "TRAIL_KEY": secrets.token_urlsafe(48),
    "ALLOWED_HOSTS": "crm.example.com",
}


def settings_answer(question: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Evaluate a question about the settings in a process with this environment only."""
    given = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings; print({question})"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_environment_means_production_and_does_not_start() -> None:
    answer = settings_answer("settings.MODE")
    assert answer.returncode != 0
    assert "ImproperlyConfigured: SECRET_KEY" in answer.stderr


@pytest.mark.parametrize("name", ["TRAIL_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])
def test_production_asks_for_what_is_missing(name: str) -> None:
    answer = settings_answer("settings.MODE", **{**COMPLETE, name: None})
    assert answer.returncode != 0
    assert "ImproperlyConfigured" in answer.stderr
    assert name in answer.stderr


def test_production_is_safe_over_https_only() -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    question = f"all(getattr(settings, name) for name in {names}), settings.DEBUG"
    assert settings_answer(question, **COMPLETE).stdout.strip() == "True False"


def test_an_unknown_mode_is_refused() -> None:
    assert "CRM_MODE" in settings_answer("settings.MODE", CRM_MODE="debug").stderr


@pytest.mark.parametrize(
    "key", [DEMO_KEY, "django-insecure-" + "x1y2z3" * 20, "too-short", "abab" * 20]
)
def test_default_and_weak_keys_are_refused(key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        require_strong(SECRET_KEY=key, TRAIL_KEY=secrets.token_urlsafe(48))


def test_one_key_for_two_purposes_is_refused() -> None:
    key = secrets.token_urlsafe(48)
    with pytest.raises(ImproperlyConfigured, match="differ"):
        require_strong(SECRET_KEY=key, TRAIL_KEY=key)


@pytest.mark.parametrize(
    ("url", "broker", "cache"),
    [
        ("unix:///a/b.sock", "redis+socket:///a/b.sock?virtual_host=0", "unix:///a/b.sock?db=1"),
        (
            "unix:///a/b.sock?db=4",
            "redis+socket:///a/b.sock?virtual_host=4",
            "unix:///a/b.sock?db=5",
        ),
        ("redis://:pw@host:6379/2", "redis://:pw@host:6379/2", "redis://:pw@host:6379/3"),
        ("rediss://host", "rediss://host", "rediss://host/1"),
    ],
)
def test_the_cache_lies_beside_the_broker(url: str, broker: str, cache: str) -> None:
    assert (broker_url(url), cache_url(url)) == (broker, cache)
