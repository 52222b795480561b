"""A generated service under attack: each limit holds, no answer is another's, nothing is 5xx."""

import asyncio
import json
import socket
from collections import Counter

import httpx
import pytest
from attack import ATTACKS, LIMITS, Target, attacked, example_of, exchanged
from served import started
from waiting import eventually

# How the requests of each attack end; hostile bodies and heads may be accepted, too.
ENDS = {
    "hostile bodies": {"2xx", "4xx", "cut"},
    "hostile heads": {"2xx", "4xx", "cut"},
    "pipelining": {"2xx", "4xx"},
    "slow head": {"cut"},
    "half sent body": {"4xx"},
    "slow body": {"cut"},
    "refused body": {"cut"},
    "silent": {"cut"},
    "hang up": {"cut"},
    "slow readers": {"cut"},
}
MOST_MEGABYTES = 1_000  # of the service; before there were limits, one body took 3,000
CONNECTIONS = 100


@pytest.fixture(scope="module")
def attack(project):
    """A service with short limits, to attack."""
    with started(project, **LIMITS) as service:
        yield service, Target(service.port, example_of(project), CONNECTIONS)
    assert "Traceback" not in service.whole_log()


def test_all_attacks_are_tried():
    assert ENDS.keys() == ATTACKS.keys()


@pytest.mark.parametrize("name", ENDS)
def test_a_service_withstands(attack, name):
    service, target = attack
    report = asyncio.run(attacked(target, service, name))
    assert report.ends.keys() <= ENDS[name], report
    assert report.bystander.keys() == {"2xx"}
    assert report.megabytes < MOST_MEGABYTES


def test_a_client_that_hangs_up_is_no_error_of_the_service(project):
    with started(project, **LIMITS) as service:
        target = Target(service.port, example_of(project), connections=20)
        asyncio.run(attacked(target, service, "hang up"))
        counts = eventually_counted(service.url, 20)
    assert counts == {"499": 20}
    assert "Traceback" not in service.whole_log()


def eventually_counted(url, number):
    """Return the statuses of requests to `/predict`, once there are as many."""

    def statuses():
        found = Counter()
        for line in httpx.get(f"{url}/metrics").text.splitlines():
            if line.startswith("requests_total{") and 'route="/predict"' in line:
                labels, _, count = line.rpartition(" ")
                found[labels.partition('status="')[2].partition('"')[0]] += int(float(count))
        return found.total() == number and dict(found)

    return eventually(statuses)


def test_more_connections_than_allowed_are_refused_until_others_end(project):
    with started(project, **LIMITS, MAX_CONNECTIONS="20") as service:
        held = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(20)]
        assert httpx.get(f"{service.url}/health").status_code == 503
        for connection in held:
            connection.close()
        assert eventually(lambda: httpx.get(f"{service.url}/health").is_success)


def test_bodies_may_not_take_more_memory_together_than_allowed(project):
    limits = {"MAX_BODY_BYTES": "1000000", "MAX_BODIES_BYTES": "3000000"}
    with started(project, **LIMITS, **limits) as service:
        target = Target(service.port, example_of(project), connections=20)
        ends = asyncio.run(half_of_large_bodies(target))
        assert ends.keys() == {"4xx", "503"}
        answer = httpx.post(f"{service.url}/predict", content=target.body)
        assert answer.status_code == 200, "the memory is free again"


async def half_of_large_bodies(target):
    """Send the greater part of bodies that are nearly as large as allowed."""
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n"
    data = head + b" " * 900_000
    return Counter(
        await asyncio.gather(*(exchanged(target, data) for _ in range(target.connections)))
    )


def test_no_answer_is_that_of_another_request(project, records):
    """200 clients at a time, each with its own rows, and hostile ones in between."""
    with started(project) as service:
        given = records[:200]
        alone = [predicted(service.url, [row]) for row in given]
        assert len({json.dumps(a["probabilities"]) for a in alone}) > 50, "the rows are distinct"
        answers = asyncio.run(at_the_same_time(service.url, given))
    for index, answer in answers:
        assert answer["probabilities"] == alone[index]["probabilities"]
        assert answer["predictions"] == alone[index]["predictions"]
    assert len(answers) == 200 * 5


def predicted(url, some):
    answer = httpx.post(f"{url}/predict?probabilities=true", json={"rows": some})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def at_the_same_time(url, given):
    """Return the number of a row and its answer, for each row five times."""
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits()) as client:

        async def one(index):
            found = []
            for _ in range(5):
                body = {"rows": [given[index]]}
                answer = await client.post("/predict?probabilities=true", json=body)
                found.append((index, answer.json()))
                bad = await client.post("/predict", content=b'{"rows": [{"secret": ')
                assert bad.status_code == 422
            return found

        return [f for some in await asyncio.gather(*map(one, range(len(given)))) for f in some]
