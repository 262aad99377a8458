"""The form of the plant's tasks."""

from engine import forms
from tests.casework import AnyForm

forms.registry.add("demo.form", AnyForm)
