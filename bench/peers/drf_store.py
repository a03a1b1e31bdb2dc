"""A Django REST Framework service that stores ledgers: nested serializers, one transaction a request, no checks.

`python -m bench.peers.drf_store DATABASE_URL PORT`. WSGI in uvicorn's pool of threads, a connection kept by each.
"""

import sys
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import django
import uvicorn
from django.conf import settings

THREADS = 10


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(parts.path[1:])),
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    told = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "HOST": told["host"][0],
        "PORT": told["port"][0],
    }


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": _database(sys.argv[1]) | {"CONN_MAX_AGE": None}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="nothing is signed here",  # noqa: S106 - the peer keeps no secret
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django wants its settings first
from django.db import connection, models, transaction  # noqa: E402 - same
from django.urls import path  # noqa: E402 - same
from rest_framework import generics, serializers  # noqa: E402 - same

_MASS: dict[str, Any] = {"max_digits": 16, "decimal_places": 6}


class Ledger(models.Model):
    site = models.CharField(max_length=64)
    month = models.CharField(max_length=7)

    class Meta:
        app_label = "store"
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "month"], name="one_a_month")]

    def __str__(self) -> str:
        return str(self.site)


class Line(models.Model):
    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="lines")
    waste = models.CharField(max_length=8)
    method = models.CharField(max_length=32)
    generated_tonnes = models.DecimalField(**_MASS)
    opening_stock_tonnes = models.DecimalField(**_MASS)
    closing_stock_tonnes = models.DecimalField(**_MASS)

    class Meta:
        app_label = "store"

    def __str__(self) -> str:
        return str(self.waste)


class Transfer(models.Model):
    line = models.ForeignKey(Line, models.CASCADE, related_name="sent")
    to = models.CharField(max_length=64)
    tonnes = models.DecimalField(**_MASS)
    purpose = models.CharField(max_length=16)

    class Meta:
        app_label = "store"

    def __str__(self) -> str:
        return str(self.to)


class TransferSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    class Meta:
        model = Transfer
        fields: ClassVar = ["to", "tonnes", "purpose"]


class LineSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    sent = TransferSerializer(many=True)

    class Meta:
        model = Line
        fields: ClassVar = [
            "waste",
            "method",
            "generated_tonnes",
            "opening_stock_tonnes",
            "closing_stock_tonnes",
            "sent",
        ]


class LedgerSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    lines = LineSerializer(many=True)

    class Meta:
        model = Ledger
        fields: ClassVar = ["id", "site", "month", "lines"]

    def create(self, validated_data: dict[str, Any]) -> Ledger:
        lines = validated_data.pop("lines")
        with transaction.atomic():
            ledger = Ledger.objects.create(**validated_data)
            sent = [line.pop("sent") for line in lines]
            made = Line.objects.bulk_create(Line(ledger=ledger, **line) for line in lines)
            Transfer.objects.bulk_create(
                Transfer(line=line, **one)
                for line, several in zip(made, sent, strict=True)
                for one in several
            )
        return ledger

    def to_representation(self, instance: Ledger) -> dict[str, Any]:
        return {"id": instance.pk, "site": instance.site, "month": instance.month}


class LedgerView(generics.CreateAPIView):  # type: ignore[type-arg]
    queryset = Ledger.objects.all()
    serializer_class = LedgerSerializer


urlpatterns = [path("v1/ledgers", LedgerView.as_view())]
application = get_wsgi_application()


def main() -> None:
    with connection.schema_editor() as editor:
        for model in (Ledger, Line, Transfer):
            editor.create_model(model)
    connection.close()
    uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[2]), interface="wsgi", log_level="error")


if __name__ == "__main__":
    main()
