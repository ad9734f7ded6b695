"""What the dataset API's rules refuse: the status that each has, and where the fault is."""

from __future__ import annotations

from tests.flows.studios import DATASET, NOBODY, Studio, create, document, faults, one, path


def test_of_several_records_each_fault_is_told_with_its_record(quiet_project: Studio) -> None:
    good = document("entries", {"resource": "a"}, dataset=quiet_project.dataset_id)["data"]
    bad = document("entries", {"priority": "x"}, dataset=quiet_project.dataset_id)["data"]
    response = quiet_project.owner.post(f"{DATASET}/entries", json={"data": [good, bad, 7]})
    assert set(faults(response, 422)) == {
        "/data/1/attributes/resource",
        "/data/1/attributes/priority",
        "/data/2",
    }
    for several in ([], [good] * 46):
        assert "/data" in faults(quiet_project.owner.post(f"{DATASET}/entries", json={"data": several}), 422)
    assert faults(quiet_project.owner.post(f"{DATASET}/projects", json={"data": [good]}), 422)


def test_what_exists_or_is_meant_for_another_record_is_a_conflict(project: Studio) -> None:
    entry = project.entry("a")
    again = document("entries", {"resource": "a"}, dataset=project.dataset_id)
    faults(project.owner.post(f"{DATASET}/entries", json=again), 409)
    person = {"email": project.annotator.email, "role": "reviewer"}
    member = document("project_members", person, project=project.project_id)
    faults(project.owner.post(f"{DATASET}/project_members", json=member), 409)
    other = document("entries", {"priority": 1})
    other["data"]["id"] = NOBODY
    faults(project.owner.patch(path("entries", entry), json=other), 409)
    unbegun = create(project.owner, "entries", {"resource": "b"}, dataset=project.dataset_id)
    faults(project.owner.post(f"{path('entries', unbegun)}/error", json={"message": "x"}), 409)


def test_what_a_role_may_not_is_refused(project: Studio) -> None:
    entry = project.entry("a")
    mine = document("entries", {"resource": "b"}, dataset=project.dataset_id)
    faults(project.annotator.post(f"{DATASET}/entries", json=mine), 403)
    faults(project.annotator.delete(path("entries", entry)), 403)
    faults(project.annotator.patch(f"{path('entries', entry)}/assign", json={"assigned_to_id": 1}), 403)
    chosen = document("projects", {"name": "Streets"})
    chosen["data"]["id"] = NOBODY
    faults(project.organization.admin.post(f"{DATASET}/projects", json=chosen), 403)
    one(project.annotator.get(f"{path('entries', entry)}/select"))
    faults(project.owner.get(f"{path('entries', entry)}/select"), 403)
    faults(project.owner.delete(path("entries", entry)), 403)
    faults(project.reviewer.get(path("entries", entry)), 404)


def test_annotations_have_a_size(project: Studio) -> None:
    entry = project.entry("a")
    for texts in (["x" * 350_001], ["x" * 320_000] * 12 + ["x" * 100_000]):
        new = [document("annotations", {"annotation": text}, entry=entry["id"])["data"] for text in texts]
        response = project.owner.post(f"{DATASET}/annotations", json={"data": new})
        assert "too large" in faults(response, 413)[""]
    create(project.owner, "annotations", {"annotation": "x" * 349_000}, entry=entry["id"])
