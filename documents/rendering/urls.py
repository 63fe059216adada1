"""Style sheets of layouts, for previews on a screen, under /mau-in/ of a commune's site."""

from django.urls import path

from documents.rendering import views

urlpatterns = [
    path("<slug:template>/<str:day>.css", views.layout_style, name="layout-style"),
]
