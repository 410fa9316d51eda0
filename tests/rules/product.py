"""Examples for `semgrep --test`: what each rule of product.yml finds, and what it leaves alone. Never run."""


def redirects(request):
    # ruleid: redirect-to-what-was-sent
    redirect(request.GET.get("next"))
    # ruleid: redirect-to-what-was-sent
    HttpResponseRedirect(request.POST["next"])
    # ok: redirect-to-what-was-sent
    redirect("people:person", pk=request.resolver_match.kwargs["pk"])


def html(name):
    # ruleid: html-without-escaping
    mark_safe(f"<b>{name}</b>")
    # ruleid: html-without-escaping
    mark_safe("<b>%s</b>" % name)
    # ok: html-without-escaping
    format_html("<b>{}</b>", name)


def messages(run):
    # ruleid: message-outside-the-doorbell
    carry_out_run.delay(run.pk)
    # ruleid: message-outside-the-doorbell
    app.send_task("people.tasks.carry_out_run", args=[run.pk])
    # ok: message-outside-the-doorbell
    doorbell.ring(TASK, run.pk)


def requests_of_ours(session):
    # ruleid: request-without-timeout
    requests.get("https://graph.microsoft.com/v1.0/")
    # ruleid: request-without-timeout
    session.request("GET", "https://graph.microsoft.com/v1.0/")
    # ok: request-without-timeout
    session.request("GET", "https://graph.microsoft.com/v1.0/", timeout=20)
    # ruleid: tls-not-verified
    session.request("GET", "https://graph.microsoft.com/v1.0/", timeout=20, verify=False)
    # ok: tls-not-verified
    session.request("GET", "https://graph.microsoft.com/v1.0/", timeout=20, verify=bundle)


def logs(credential, answer, request):
    # ruleid: secret-in-a-log, secret-opened-elsewhere
    logger.warning("Signing in with %s", credential.client_secret.reveal())
    # ruleid: secret-in-a-log
    logger.info("Answer: %s", answer["access_token"])
    # ruleid: secret-in-a-log
    logger.info("Sent: %s", request.POST)
    # ok: secret-in-a-log
    logger.warning("Signing in with %s", credential.name)


def secrets(credential):
    # ruleid: secret-opened-elsewhere
    return credential.client_secret.reveal()


def statements(cursor, name):
    # ruleid: sql-made-of-a-value
    cursor.execute("SELECT 1 FROM people_person WHERE name = '%s'" % name)
    # ruleid: sql-made-of-a-value
    cursor.execute("SELECT 1 FROM people_person WHERE name = '{}'".format(name))
    # ok: sql-made-of-a-value
    cursor.execute("SELECT 1 FROM people_person WHERE name = %s", [name])


# ruleid: open-to-everybody
@login_not_required
def open_page(request): ...


# ruleid: open-to-everybody
@csrf_exempt
def open_form(request): ...


# ok: open-to-everybody
@permission_required("people.view_person")
def closed_page(request): ...


def states(pk):
    # ruleid: state-moved-past-the-engine
    ActionRun.objects.filter(pk=pk).update(state="failed")
    # ok: state-moved-past-the-engine
    ActionRun.objects.move(pk, "failed", "Refused.", expecting=None)


def words():
    # ruleid: print-in-the-product
    print("done")
    # ok: print-in-the-product
    sys.stdout.write("done\n")
