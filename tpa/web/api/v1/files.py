"""Files in: a clearinghouse's 837 to the TPA, an employer's enrolment as 834 or CSV; what became of them; the answers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.edi import selectors as edi
from tpa.books.edi.models import InboundFile
from tpa.books.members import selectors as members
from tpa.infra import clock
from tpa.kernel.errors import ConflictError
from tpa.kernel.ids import key_of
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.parsing import BoundedJson
from tpa.web.api.core.uploads import UploadView, uploaded
from tpa.web.api.core.views import BookView
from tpa.web.files import file_answer
from tpa.workflows.claim_intake import receive_claims_file
from tpa.workflows.eligibility_load import apply_load, reconciliation, reject_load, undo_load
from tpa.workflows.eligibility_load_intake import receive_enrolment_file


class UploadQuery(Query):
    """`name`: what the sender calls the file."""

    name = serializers.CharField(required=False, default="", max_length=200)


class FileSerializer(serializers.Serializer):
    """A file and what became of it. `issues` name code, position and message; at most a thousand are kept."""

    id = PublicIdField("fil", shared=True)
    kind = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField()
    sender_id = serializers.CharField()
    control_number = serializers.CharField()
    is_test = serializers.BooleanField(help_text="ISA15 is T: read and answered, and nothing of it is booked.")
    sha256 = serializers.CharField()
    byte_count = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    counts = serializers.DictField()
    issues = serializers.ListField(child=serializers.DictField())


class AnswerSerializer(serializers.Serializer):
    """What goes back to the sender: TA1, 999 or 277CA, as X12."""

    kind = serializers.CharField()
    number = serializers.IntegerField(source="n")
    made_at = serializers.DateTimeField()
    content = serializers.SerializerMethodField()

    @extend_schema(responses=OpenApiTypes.STR)
    def get_content(self, answer: Any) -> str:
        """The X12 text."""
        return bytes(answer.content).decode("latin-1")


class LoadSerializer(serializers.Serializer):
    """An eligibility load: staged with a preview, then applied, rejected or undone; a test file's is `tested`, for good."""

    id = PublicIdField("lod")
    file = PublicIdField("fil", shared=True, source="file_id", allow_null=True)
    name = serializers.CharField()
    format = serializers.CharField()
    scope = serializers.CharField()
    state = serializers.CharField()
    effective_on = serializers.DateField()
    received_at = serializers.DateTimeField()
    received_by = serializers.CharField()
    preview = serializers.DictField()
    applied_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class ApplySerializer(StrictSerializer):
    """`confirm_terminations`: yes, a third of the people leave. `skip_errors`: apply the good rows alone."""

    confirm_terminations = serializers.BooleanField(default=False)
    skip_errors = serializers.BooleanField(default=False)


class ClaimFilesView(UploadView):
    """GET: the TPA's inbound claim files. POST: one more. On the TPA's own host alone."""

    permissions: ClassVar = {"GET": Row("files.read", False), "POST": Row("files.write", False)}
    desk_only = True

    @extend_schema(responses=FileSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Files of claims, the latest first."""
        return self.page(edi.files().filter(kind=InboundFile.Kind.CLAIMS), FileSerializer)

    @extend_schema(parameters=[UploadQuery], request=OpenApiTypes.BINARY, responses={202: FileSerializer})
    def post(self, request: Request) -> Response:
        """Store an 837 as it came; it is read soon. The same file again is answered with the first one."""
        upload = uploaded(request)
        received = receive_claims_file(content=upload.file, name=upload.name, received_by=caller_name(request))
        return Response(
            FileSerializer(received.file, context=self.context()).data, status=202 if received.is_new else 200
        )


class ClaimFileView(BookView):
    """GET: what became of a claim file."""

    permissions: ClassVar = {"GET": Row("files.read", False)}
    desk_only = True

    @extend_schema(responses=FileSerializer)
    def get(self, request: Request, file: str) -> Response:
        """The file's state, counts and issues."""
        return Response(FileSerializer(_file(self, file), context=self.context()).data)


def _file(view: BookView, text: str) -> InboundFile:
    return edi.file(view.key_of(text, "fil"))


class ClaimFileAnswersView(BookView):
    """GET: TA1, 999 and 277CA for a claim file."""

    permissions: ClassVar = {"GET": Row("files.read", False)}
    pagination_class = Whole
    desk_only = True

    @extend_schema(responses=AnswerSerializer(many=True))
    def get(self, request: Request, file: str) -> Response:
        """What went back to the sender."""
        answers = edi.acknowledgements(_file(self, file).pk)
        return Response({"data": AnswerSerializer(answers, many=True).data})


class ClaimFileContentView(BookView):
    """GET: the bytes of a claim file exactly as they came."""

    permissions: ClassVar = {"GET": Row("files.read", False)}
    desk_only = True

    @extend_schema(responses=OpenApiTypes.BINARY)
    def get(self, request: Request, file: str) -> HttpResponse:
        """The file."""
        found = _file(self, file)
        return file_answer(edi.content(found).read(), "claims.837")


class EligibilityFilesView(UploadView):
    """GET: the employer's enrolment files. POST: one more."""

    permissions: ClassVar = {"GET": Row("files.read"), "POST": Row("files.write")}

    @extend_schema(responses=FileSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Files, the latest first."""
        return self.page(_own_files(), FileSerializer)

    @extend_schema(parameters=[UploadQuery], request=OpenApiTypes.BINARY, responses={202: FileSerializer})
    def post(self, request: Request) -> Response:
        """Store an 834 or CSV file as it came; a worker reads it and stages a load. The same file again is the first one."""
        upload = uploaded(request)
        received = receive_enrolment_file(content=upload.file, name=upload.name, received_by=caller_name(request))
        return Response(
            FileSerializer(received.file, context=self.context()).data, status=202 if received.is_new else 200
        )


def _own_files() -> Any:
    return edi.files().exclude(kind=InboundFile.Kind.CLAIMS)


class EligibilityFileView(BookView):
    """GET: what became of an enrolment file."""

    permissions: ClassVar = {"GET": Row("files.read")}

    @extend_schema(responses=FileSerializer)
    def get(self, request: Request, file: str) -> Response:
        """The file's state, counts and issues."""
        return Response(FileSerializer(edi.file(key_of(file, "fil", 0)), context=self.context()).data)


class EligibilityFileAnswersView(BookView):
    """GET: TA1 and 999 for an 834."""

    permissions: ClassVar = {"GET": Row("files.read")}
    pagination_class = Whole

    @extend_schema(responses=AnswerSerializer(many=True))
    def get(self, request: Request, file: str) -> Response:
        """What went back to the sender."""
        answers = edi.acknowledgements(edi.file(key_of(file, "fil", 0)).pk)
        return Response({"data": AnswerSerializer(answers, many=True).data})


class LoadsQuery(Query):
    """`file`: the loads of one file."""

    file = serializers.CharField(required=False, default="")


class EligibilityLoadsView(BookView):
    """GET: the employer's eligibility loads."""

    permissions: ClassVar = {"GET": Row("files.read")}

    @extend_schema(parameters=[LoadsQuery], responses=LoadSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Loads, the latest first."""
        file = LoadsQuery.read(request)["file"]
        rows = members.loads()
        return self.page(rows.filter(file_id=key_of(file, "fil", 0)) if file else rows, LoadSerializer)


class EligibilityLoadView(BookView):
    """GET: one load."""

    permissions: ClassVar = {"GET": Row("files.read")}

    @extend_schema(responses=LoadSerializer)
    def get(self, request: Request, load: str) -> Response:
        """The load with its preview."""
        return Response(LoadSerializer(members.load(self.key_of(load, "lod")), context=self.context()).data)


class LoadActionView(BookView):
    """POST: do something with a load."""

    permissions: ClassVar = {"POST": Row("members.write")}
    parser_classes: ClassVar[list[Any]] = [BoundedJson]

    def act(self, load_id: int, request: Request) -> Any:
        """What is done."""
        raise ConflictError("This cannot be done.")

    @extend_schema(request=None, responses=LoadSerializer)
    def post(self, request: Request, load: str) -> Response:
        """Do it; the answer is the load."""
        found = members.load(self.key_of(load, "lod"))
        return Response(LoadSerializer(self.act(found.pk, request), context=self.context()).data)


class LoadApplyView(LoadActionView):
    """POST: write the load into the books."""

    @extend_schema(request=ApplySerializer, responses=LoadSerializer)
    def post(self, request: Request, load: str) -> Response:
        """Apply what the preview shows. Refused where rows are in error or too many people would leave, unless confirmed."""
        return super().post(request, load)

    def act(self, load_id: int, request: Request) -> Any:
        asked = ApplySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return apply_load(load_id=load_id, by=caller_name(request), at=clock.now(), **asked.validated_data)


class LoadUndoView(LoadActionView):
    """POST: take an applied load back, as long as no claim was decided by it."""

    def act(self, load_id: int, request: Request) -> Any:
        return undo_load(load_id=load_id, by=caller_name(request), at=clock.now())


class LoadRejectView(LoadActionView):
    """POST: drop a staged load."""

    def act(self, load_id: int, request: Request) -> Any:
        return reject_load(load_id=load_id, by=caller_name(request))


class LoadReconciliationView(BookView):
    """GET: the file against the books as they are now."""

    permissions: ClassVar = {"GET": Row("files.read")}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, load: str) -> Response:
        """Counts, and samples of what differs."""
        return Response(reconciliation(load_id=members.load(self.key_of(load, "lod")).pk))
