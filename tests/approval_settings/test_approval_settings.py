"""审批设置: a matrix as a table, judged, tried out, put in force."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.forms import MultipleChoiceField

from apps.core.approval.departments import department_facts, unmistakable, within
from apps.core.approval.settings.conditions import Condition, read_condition
from apps.core.approval.settings.judging import WHOLE_TABLE, judge
from apps.core.approval.settings.matrix import Input, Row, matrices, matrix
from apps.core.approval.settings.services import save_matrix, try_out
from apps.people.models import Department, Employee, RoleHolder
from apps.people.services import create_department, create_role, grant_role
from engine import definitions, trials
from engine.exceptions import InvalidData
from engine.models import Deployment
from engine.organisation import organisation
from tests.casework import MONDAY, deploy

CONTRACT = "contract_matrix"
TRIED = {"try-kind": "sales_contract", "try-amount": "5"}


@pytest.mark.parametrize(
    ("cell", "condition"),
    [
        ("-", Condition()),
        ("", Condition()),
        (">= 100000", Condition(lowest=Decimal(100000))),
        ("< 500000", Condition(below=Decimal(500000))),
        ("? >= 1 and ? < 5", Condition(lowest=Decimal(1), below=Decimal(5))),
        ("true", Condition(flag=True)),
        ("false", Condition(flag=False)),
        ('"销售部"', Condition(among=("销售部",))),
        ('? in ["a", "b\\"c"]', Condition(among=("a", 'b"c'))),
        ('"销售部" in ?', Condition(within=("销售部",))),
        (
            '"销售部/\\"一\\"组" in ? or "服务部" in ?',
            Condition(within=('销售部/"一"组', "服务部")),
        ),
        ("? not in [1]", Condition(formula="? not in [1]")),
        ("> 3", Condition(formula="> 3")),
    ],
)
def test_cells_are_read_and_written_again(cell, condition):
    assert read_condition(cell) == condition
    assert read_condition(condition.cell) == condition


def row(level: int = 1, role: str = "finance", **given) -> Row:
    conditions = (Condition(lowest=given.get("lowest"), below=given.get("below")),)
    return Row(conditions, level, role)


AMOUNT = (Input("金额", "number", "facts.amount"),)


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
class TestMatrices:
    @pytest.fixture(autouse=True)
    def deployed(self, company):
        deploy("contract_approval", "general_request")

    def test_all_deployed_matrices_are_found(self):
        assert [found.key for found in matrices()] == [CONTRACT, "general_request_matrix"]
        found = matrix(CONTRACT)
        assert [each.name for each in found.inputs] == [
            *("kind", "amount", "under_floor", "over_credit", "departments")
        ]
        assert len(found.rows) == 9
        assert not found.changed

    def test_what_is_written_reads_the_same(self):
        found = matrix(CONTRACT)
        save_matrix(matrix=found, rows=[*found.rows, found.rows[0]], by=1, now=MONDAY)
        again = matrix(CONTRACT)
        assert again.rows == (*found.rows, found.rows[0])
        assert b"Sales and service contracts: head of the department" in again.content

    def test_what_is_in_force_is_not_overwritten_by_a_release(self, company):
        found = matrix(CONTRACT)
        versions = dict(definitions.latest_definitions().values_list("key", "version"))
        result = save_matrix(matrix=found, rows=found.rows[:-1], by=company["admin"].pk)
        assert [made.key for made in result.made] == ["contract_approval"]
        assert result.made[0].version == versions["contract_approval"] + 1
        assert matrix(CONTRACT).changed
        again = definitions.deploy(
            definitions.shipped_files(), source=Deployment.Source.SHIPPED, now=MONDAY
        )
        assert again.kept == [CONTRACT]
        assert len(matrix(CONTRACT).rows) == 8

    def test_rows_are_judged(self, company):
        assert judge(AMOUNT, [row()]) == []
        never = judge(AMOUNT, [row(), row(2, lowest=Decimal(5), below=Decimal(5))])
        assert [(remark.row, remark.fatal) for remark in never] == [(1, True)]
        gap = judge(AMOUNT, [row(below=Decimal(10)), row(lowest=Decimal(11))])
        assert [(remark.row, remark.fatal) for remark in gap] == [(WHOLE_TABLE, True)]
        assert "金额 = 10" in gap[0].text
        twice = judge(AMOUNT, [row(), row(lowest=Decimal(5))])
        assert [(remark.row, remark.fatal) for remark in twice] == [(1, False)]
        RoleHolder.objects.filter(role="finance").delete()
        assert [remark.row for remark in judge(AMOUNT, [row()])] == [0]

    def test_a_table_that_leaves_something_undecided_is_not_put_in_force(self):
        found = matrix("general_request_matrix")
        with pytest.raises(InvalidData):
            save_matrix(matrix=found, rows=[row(lowest=Decimal(10))], by=1)
        with pytest.raises(InvalidData):
            save_matrix(matrix=found, rows=[], by=1)
        assert matrix("general_request_matrix") == found

    def test_trying_it_out_shows_the_route_and_the_people(self, company):
        found = matrix(CONTRACT)
        facts = {
            "kind": "sales_contract",
            "amount": Decimal(600000),
            "under_floor": False,
            "over_credit": False,
            "departments": [],
        }

        notes: list[str] = []

        def route(initiator: str, **given):
            stops = try_out(
                matrix=found,
                rows=found.rows,
                facts={**facts, **given},
                initiator=company[initiator].pk,
                now=MONDAY,
            )
            notes.extend(stop.note for stop in stops if stop.note)
            return [(stop.role, stop.people) for stop in stops]

        head, finance = ("department_head", ("单丽娜",)), ("finance", ("周敏",))
        assert route("qiuzhiyuan") == [head, finance, ("general_manager", ("曾国强",))]
        assert route("qiuzhiyuan", amount=Decimal("99999.99")) == [head]
        own = route("zengguoqiang")
        assert own == [("department_head", ("周敏",)), ("finance", ()), ("general_manager", ())]
        assert "：周敏 " in notes[0]
        with pytest.raises(InvalidData):
            route("qiuzhiyuan", kind="something else")

    # --- pages
    URL = f"/settings/approvals/{CONTRACT}/"

    def sent(self, client, **changes):
        page = client.get(self.URL)
        table = page.context["table"]
        data = {"rows-count": len(table.forms), "seen": page.context["matrix"].checksum}
        for form in table.forms:
            for field in form:
                several = isinstance(field.field, MultipleChoiceField)  # unchecked: nothing is sent
                data[field.html_name] = field.value() or [] if several else field.value() or ""
        return {**data, **changes}

    def test_who_may_look_and_who_may_change(self, signed_in):
        assert signed_in("qiuzhiyuan").get("/settings/approvals/").status_code == 403
        assert signed_in("qiuzhiyuan").get(self.URL).status_code == 403
        admin = signed_in("admin")
        assert admin.get("/settings/approvals/").status_code == 200
        RoleHolder.objects.filter(role="process_admin").delete()
        looks = signed_in("admin")
        assert looks.post(self.URL, self.sent(looks)).status_code == 403
        assert admin.get("/settings/approvals/nothing/").status_code == 404

    def test_saving_what_stands_there_changes_no_row(self, signed_in):
        client, before = signed_in("admin"), matrix(CONTRACT)
        assert client.post(self.URL, self.sent(client)).status_code == 302
        assert matrix(CONTRACT).rows == before.rows

    def test_a_limit_is_changed_by_somebody_who_knows_no_dmn(self, signed_in):
        client = signed_in("admin")
        data = self.sent(client, **{"rows-1-amount_from": "200000"})
        refused = client.post(self.URL, {**data, "rows-1-amount_from": "many"})
        assert refused.status_code == 422
        assert "many" in refused.content.decode()
        assert client.post(self.URL, data).status_code == 302
        assert matrix(CONTRACT).rows[1].conditions[1].lowest == 200000
        stale = client.post(self.URL, data)
        assert stale.status_code == 422  # changed since it was opened

    def test_rows_are_added_and_taken_out(self, signed_in):
        client = signed_in("admin")
        added = client.post(self.URL, self.sent(client, act="add"))
        assert len(added.context["table"].forms) == 11
        data = self.sent(client, **{"rows-8-gone": "on", "rows-7-gone": "on"})
        new = {"rows-9-kind": ["purchase_contract"], "rows-9-level": "1", "rows-9-role": "finance"}
        assert client.post(self.URL, {**data, **new}).status_code == 302
        rows = matrix(CONTRACT).rows
        assert len(rows) == 8
        assert (rows[-1].role, rows[-1].conditions[0].among) == ("finance", ("purchase_contract",))

    def test_a_kind_of_document_is_one_of_those_there_are(self, signed_in):
        client, before = signed_in("admin"), matrix(CONTRACT)
        kinds = client.get(self.URL).context["table"].forms[0].fields["kind"].choices
        assert kinds == [
            ("sales_contract", "销售合同"),
            ("service_contract", "服务合同"),
            ("purchase_contract", "采购合同"),
        ]
        new = {"rows-9-level": "1", "rows-9-role": "finance"}
        refused = client.post(self.URL, self.sent(client, **new, **{"rows-9-kind": ["胡说"]}))
        assert refused.status_code == 422
        assert refused.context["remarks"] == []  # nothing is said of a table not yet understood
        nonsense = (Condition(among=("胡说",)), *before.rows[0].conditions[1:])
        made_up = replace(before.rows[0], conditions=nonsense)
        (remark,) = (one for one in judge(before.inputs, [*before.rows, made_up]) if one.fatal)
        assert (remark.row, "胡说" in remark.text, "单据类型" in remark.text) == (9, True, True)
        assert matrix(CONTRACT) == before

    def test_activities_are_chosen_by_the_names_of_their_kinds(self, signed_in):
        deploy("activity_approval")
        form = signed_in("admin").get("/settings/approvals/activity_matrix/").context["table"]
        assert ("visit", "拜访") in form.forms[0].fields["kind"].choices

    def test_what_nobody_decides_is_told_in_words(self, signed_in):
        client = signed_in("admin")
        refused = client.post(self.URL, self.sent(client, **{"rows-0-under_floor": "yes"}))
        (said,) = (remark.text for remark in refused.context["remarks"])
        assert said.startswith("没有人审核：单据类型 = 销售合同、")
        assert said.endswith("、低于底价 = 否、超信用额度 = 否。")
        assert refused.content.decode().count(said) == 1

    def test_a_percentage_of_nothing_is_refused_at_its_row_alone(self, signed_in):
        client = signed_in("admin")
        refused = client.post(self.URL, self.sent(client, **{"rows-1-threshold": "0"}))
        assert refused.status_code == 422
        assert refused.context["remarks"] == []
        assert refused.context["table"].forms[1].errors.keys() == {"threshold"}

    def test_trying_it_out_on_the_page_changes_nothing(self, signed_in, company):
        client = signed_in("admin")
        data = self.sent(
            client,
            act="try",
            **{
                "try-kind": "sales_contract",
                "try-amount": "150000",
                "try-initiator": company["qiuzhiyuan"].pk,
                "rows-1-amount_from": "200000",
            },
        )
        page = client.post(self.URL, data)
        assert [told["stop"].role for told in page.context["stops"]] == ["department_head"]
        assert not matrix(CONTRACT).changed

    # --- departments
    def asking_for(self, client, *names: str, **changes):
        """The first row asks for these departments; a new one is there for all the others."""
        data = {**self.sent(client, **changes), "rows-0-departments": list(names)}
        kinds = ["sales_contract", "service_contract"]
        return {**data, "rows-9-kind": kinds, "rows-9-level": "2", "rows-9-role": "finance"}

    def test_a_row_for_a_department_holds_for_those_below_it(self, signed_in, company):
        client = signed_in("admin")
        assert client.post(self.URL, self.asking_for(client, "销售部")).status_code == 302
        found = matrix(CONTRACT)
        assert found.rows[0].conditions[-1] == Condition(within=("销售部",))

        def first_level(initiator: str, department: str = "") -> bool:
            unit = Department.objects.filter(name=department).values_list("pk", flat=True)
            data = self.sent(client, act="try", **TRIED)
            data["try-initiator"] = company[initiator].pk
            data["try-departments"] = unit[0] if department else ""
            stops = client.post(self.URL, data).context["stops"]
            return stops is not None and stops[0]["stop"].level == 1

        assert first_level("shanlina", "销售部")
        assert first_level("shanlina", "华东组")
        assert first_level("qiuzhiyuan")  # of a group of the department
        assert not first_level("qiuzhiyuan", "服务部")

    def test_departments_are_chosen_from_their_tree(self, signed_in):
        client = signed_in("admin")
        field = client.get(self.URL).context["table"].forms[0].fields["departments"]
        labels = [label for _value, label in field.choices]
        east = next(label for label in labels if label.endswith("华东组"))
        sales = next(label for label in labels if label.endswith("销售部"))
        assert labels.index(sales) < labels.index(east)
        assert len(east) - len(east.lstrip()) == len(sales) - len(sales.lstrip()) + 1
        refused = client.post(self.URL, self.asking_for(client, "没有这个部门"))
        assert refused.status_code == 422

    def test_departments_of_one_name_are_told_apart(self, company):
        sales, service = (Department.objects.get(name=name) for name in ("销售部", "服务部"))
        twin = create_department(name="华东组", parent=service)
        names = unmistakable(organisation().departments())
        assert names[twin.pk] == "服务部/华东组"
        assert names[sales.pk] == "销售部"
        east = Department.objects.get(name="华东组", parent=sales)
        assert {unit.id for unit in within(["服务部/华东组"], organisation().departments())} == {
            twin.pk
        }
        assert {east.pk, twin.pk} <= {
            unit.id for unit in within(["华东组"], organisation().departments())
        }

    def test_what_a_firm_has_saved_holds_on_for_that_very_department(self, signed_in, company):
        before = matrix(CONTRACT)
        first = before.rows[0]
        asked = (*first.conditions[:-1], Condition(among=("销售部",)))
        others = replace(first, level=2, role="finance")
        rows = [replace(first, conditions=asked), *before.rows[1:], others]
        old = before.with_rows(rows).replace(b"facts.departments", b"facts.department")
        definitions.deploy({before.file: old}, source=Deployment.Source.ADMIN, now=MONDAY)

        def levels(department: str) -> list[int]:
            facts = department_facts(Department.objects.get(name=department).pk)
            given = {"amount": 5, "under_floor": False, "over_credit": False}
            facts |= {"kind": "sales_contract", **given}
            told = trials.decide_in_force(CONTRACT, {"facts": facts})
            return [row["level"] for row in told]

        assert (levels("销售部"), levels("华东组")) == ([1, 2], [2])
        found, client = matrix(CONTRACT), signed_in("admin")
        assert found.exact_departments
        assert found.rows[0].conditions[-1] == Condition(within=("销售部",))
        assert "销售部" in client.get(self.URL).content.decode()
        assert client.post(self.URL, self.sent(client)).status_code == 302
        assert (levels("销售部"), levels("华东组")) == ([1, 2], [1, 2])
        assert not matrix(CONTRACT).exact_departments

    def test_a_formula_about_the_very_department_keeps_its_meaning(self, signed_in, company):
        before = matrix(CONTRACT)
        first = before.rows[0]
        asked = (*first.conditions[:-1], Condition(formula='? != "销售部"'))
        rows = [replace(first, conditions=asked), *before.rows]
        old = before.with_rows(rows).replace(b"facts.departments", b"facts.department")
        definitions.deploy({before.file: old}, source=Deployment.Source.ADMIN, now=MONDAY)
        found, client = matrix(CONTRACT), signed_in("admin")
        assert found.stays_exact
        assert "不含下级部门" in client.get(self.URL).content.decode()
        assert client.post(self.URL, self.sent(client)).status_code == 302
        assert matrix(CONTRACT).inputs == found.inputs
        assert matrix(CONTRACT).rows[0].conditions[-1].formula == '? != "销售部"'

    def test_what_documents_do_not_tell_is_not_asked(self, company):
        shipped = matrix(CONTRACT)
        mine = shipped.content.replace(b"facts.departments", b"facts.department")
        mine = mine.replace(CONTRACT.encode(), b"our_matrix")
        definitions.deploy({"our_matrix.dmn": mine}, source=Deployment.Source.ADMIN, now=MONDAY)
        ours = matrix("our_matrix")
        assert ours.stays_exact
        assert b"facts.departments" not in ours.with_rows(ours.rows)

    def test_departments_are_read_once_for_all_rows(self, django_assert_num_queries):
        asked = (Input("部门", "departments", "facts.departments"),)
        rows = [Row((Condition(within=(name,)),), 1, "superior") for name in ("销售部", "服务部")]
        with django_assert_num_queries(1):
            judge(asked, rows)

    def test_departments_are_judged_with_those_below_them(self):
        asked = (Input("部门", "departments", "facts.departments"),)

        def judged(*names: str) -> list[tuple[int, bool]]:
            rows = [Row((Condition(within=(name,)),), 1, "finance") for name in names]
            return [(remark.row, remark.fatal) for remark in judge(asked, rows)]

        every = [unit.names[-1] for unit in organisation().departments() if len(unit.names) == 1]
        assert judged(*every) == []
        assert judged(*every, "华东组") == [(len(every), False)]  # asked twice
        assert (WHOLE_TABLE, True) in judged("销售部")  # nobody decides the others
        assert (0, True) in judged("没有这个部门")

    # --- who is named
    def put_in_force(self, client, **changes):
        assert client.post(self.URL, self.sent(client, **changes)).status_code == 302

    def test_people_superiors_and_own_roles_decide(self, signed_in, company):
        own = create_role(name="大客户委员会")
        grant_role(role=own.code, employee=Employee.objects.get(user=company["linjing"]))
        self.put_in_force(
            signed_in("admin"),
            **{
                "rows-0-role": "superior",
                "rows-1-role": f"user:{company['chenhai'].pk}",
                "rows-1-amount_from": "",
                "rows-1-amount_to": "",
                "rows-2-role": own.code,
                "rows-2-amount_from": "",
                "rows-2-amount_to": "",
            },
        )
        rows = matrix(CONTRACT).rows
        assert [row.role for row in rows[:3]] == [
            *("superior", f"user:{company['chenhai'].pk}", own.code)
        ]

    def test_who_gets_copies_is_typed_by_name(self, signed_in, company):
        client = signed_in("admin")
        refused = client.post(self.URL, self.sent(client, **{"rows-0-cc": "财务、没有这个人"}))
        assert refused.status_code == 422
        assert "没有这个人" in refused.content.decode()
        self.put_in_force(client, **{"rows-0-cc": "财务， 林静"})
        found = matrix(CONTRACT)
        assert found.rows[0].cc == ("finance", f"user:{company['linjing'].pk}")
        assert [row.cc for row in found.rows[1:]] == [()] * 8
        page = client.get(self.URL)
        assert page.context["table"].forms[0].initial["cc"] == "财务、林静"
        self.put_in_force(client)  # as it stands
        assert matrix(CONTRACT).rows == found.rows
