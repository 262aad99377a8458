"""The API of every kind: `/api/v1/<app>/<kind-plural>/`."""
