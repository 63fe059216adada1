"""The citizens' pages of the central site."""

from django.urls import path

from citizens.portal.views import data, home, my_cases, tracking

urlpatterns = [
    path("", home.central, name="home"),
    path("xa/", home.communes, name="commune-list"),
    path("xa/<str:province_code>/", home.communes_of_province, name="commune-list-province"),
    path("thu-tuc/", home.central_procedures, name="procedures"),
    path("ho-so-cua-toi/", my_cases.my_cases, name="my-cases"),
    path("tra-cuu/", tracking.track_anywhere, name="track"),
    path("du-lieu/xa.json", data.communes, name="commune-data"),
]
