"""Addresses of opportunities beside those of their kind."""

from __future__ import annotations

from django.urls import path

from apps.sales.opportunities.board import move_card, show_board, show_more
from apps.sales.opportunities.funnel_page import save_funnel, show_funnel
from apps.sales.opportunities.settings_pages import edit_stages

urlpatterns = [
    path("sales/board/", show_board, name="board"),
    path("sales/board/<int:pk>/", show_more, name="board_column"),
    path("sales/board/move/", move_card, name="move_card"),
    path("sales/funnel/", show_funnel, name="funnel"),
    path("sales/funnel/export/", save_funnel, name="save_funnel"),
    path("settings/opportunity-stages/", edit_stages, name="stages"),
]
