#!/usr/bin/env bash
# What validation-runner of nba-props needs in nba-props-platform: written by `python -m validator deploy plan`, do not edit.
# `python -m validator deploy apply` does the same step by step, and says how far it came.
# Run it in the project's folder, its environment active (. .venv/bin/activate), or paste what stands under a number at a time, without the
# next line; what is there already is used, or brought up to date.
set -euo pipefail


# ---- APIs ----

# 1. APIs
# each is used by the steps below or by the checks
gcloud services enable artifactregistry.googleapis.com bigquery.googleapis.com cloudbuild.googleapis.com cloudfunctions.googleapis.com cloudresourcemanager.googleapis.com cloudscheduler.googleapis.com firestore.googleapis.com iam.googleapis.com iamcredentials.googleapis.com logging.googleapis.com monitoring.googleapis.com pubsub.googleapis.com run.googleapis.com secretmanager.googleapis.com \
  --project=nba-props-platform

# 2. Firestore database
# a scheduled run is claimed in it, so that a retry does not do it twice; one that is there is used
gcloud firestore databases describe '--database=(default)' --project=nba-props-platform >/dev/null 2>&1 ||
  gcloud firestore databases create \
    '--database=(default)' \
    --location=us-west2 \
    --type=firestore-native \
    --project=nba-props-platform


# ---- Service account ----

# 3. service account nba-orchestration@nba-props-platform.iam.gserviceaccount.com
# runs the functions, and calls them for Cloud Scheduler and Pub/Sub; one that is there is used
there=$(gcloud iam service-accounts list --filter=email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com --project=nba-props-platform '--format=value(name,bindings.members)') &&
{ [ -n "$there" ] ||
  gcloud iam service-accounts create nba-orchestration \
    '--display-name=Validation of nba-props' \
    --project=nba-props-platform; } || false


# ---- Result tables ----

# 4. tables of nba_orchestration
# makes what is missing, adds columns that are missing, drops nothing (needs gcloud auth application-default login)
VALIDATOR_BACKEND=gcp python -m validator tables create


# ---- Roles ----

# 5. roles/bigquery.jobUser on the project
# runs the checks' queries and stores their results
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/bigquery.jobUser \
  --condition=None

# 6. roles/bigquery.resourceViewer on the project
# counts load jobs, those of others too (load_job_quota)
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/bigquery.resourceViewer \
  --condition=None

# 7. roles/datastore.user on the project
# reads completion documents; claims a run, so that it is done once
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/datastore.user \
  --condition=None

# 8. roles/pubsub.viewer on the project
# lists topics and subscriptions, and how they are wired
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.viewer \
  --condition=None

# 9. roles/monitoring.viewer on the project
# reads how many messages wait, without pulling any
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/monitoring.viewer \
  --condition=None

# 10. roles/run.viewer on the project
# reads which revision of a service serves, and its commit
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.viewer \
  --condition=None

# 11. roles/cloudscheduler.viewer on the project
# holds the live jobs against the declared ones
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/cloudscheduler.viewer \
  --condition=None

# 12. roles/logging.viewer on the project
# counts the errors that services logged
gcloud projects add-iam-policy-binding nba-props-platform \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/logging.viewer \
  --condition=None

# 13. roles/bigquery.dataViewer on dataset nba_raw
# reads the tables that are watched
bq query \
  --project_id=nba-props-platform \
  --location=us-west2 \
  --use_legacy_sql=false \
  'GRANT `roles/bigquery.dataViewer` ON SCHEMA `nba-props-platform`.`nba_raw` TO "serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com"' ||
  { left_out=yes; echo 'left out: roles/bigquery.dataViewer on dataset nba_raw' >&2; }

# 14. roles/bigquery.dataViewer on dataset nba_analytics
# reads the tables that are watched
bq query \
  --project_id=nba-props-platform \
  --location=us-west2 \
  --use_legacy_sql=false \
  'GRANT `roles/bigquery.dataViewer` ON SCHEMA `nba-props-platform`.`nba_analytics` TO "serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com"' ||
  { left_out=yes; echo 'left out: roles/bigquery.dataViewer on dataset nba_analytics' >&2; }

# 15. roles/bigquery.dataViewer on dataset nba_precompute
# reads the tables that are watched
bq query \
  --project_id=nba-props-platform \
  --location=us-west2 \
  --use_legacy_sql=false \
  'GRANT `roles/bigquery.dataViewer` ON SCHEMA `nba-props-platform`.`nba_precompute` TO "serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com"' ||
  { left_out=yes; echo 'left out: roles/bigquery.dataViewer on dataset nba_precompute' >&2; }

# 16. roles/bigquery.dataViewer on dataset nba_predictions
# reads the tables that are watched
bq query \
  --project_id=nba-props-platform \
  --location=us-west2 \
  --use_legacy_sql=false \
  'GRANT `roles/bigquery.dataViewer` ON SCHEMA `nba-props-platform`.`nba_predictions` TO "serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com"' ||
  { left_out=yes; echo 'left out: roles/bigquery.dataViewer on dataset nba_predictions' >&2; }

# 17. roles/bigquery.dataEditor on dataset nba_orchestration
# writes runs, results and what people were told
bq query \
  --project_id=nba-props-platform \
  --location=us-west2 \
  --use_legacy_sql=false \
  'GRANT `roles/bigquery.dataEditor` ON SCHEMA `nba-props-platform`.`nba_orchestration` TO "serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com"'

# 18. roles/bigquery.dataViewer on dataset nba_reference
# reads the tables that are watched
bq query \
  --project_id=nba-props-platform \
  --location=us-west2 \
  --use_legacy_sql=false \
  'GRANT `roles/bigquery.dataViewer` ON SCHEMA `nba-props-platform`.`nba_reference` TO "serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com"' ||
  { left_out=yes; echo 'left out: roles/bigquery.dataViewer on dataset nba_reference' >&2; }


# ---- Secrets ----

# 19. secret sendgrid-api-key
# holds SENDGRID_API_KEY
gcloud secrets describe sendgrid-api-key --project=nba-props-platform >/dev/null 2>&1 ||
  gcloud secrets create sendgrid-api-key --replication-policy=automatic --project=nba-props-platform

# 20. secret slack-webhook-url
# holds SLACK_WEBHOOK_URL
gcloud secrets describe slack-webhook-url --project=nba-props-platform >/dev/null 2>&1 ||
  gcloud secrets create slack-webhook-url --replication-policy=automatic --project=nba-props-platform

# 21. secret validation-heartbeat-url
# holds HEARTBEAT_URL
gcloud secrets describe validation-heartbeat-url --project=nba-props-platform >/dev/null 2>&1 ||
  gcloud secrets create validation-heartbeat-url --replication-policy=automatic --project=nba-props-platform

# 22. secret validation-github-token
# holds GITHUB_TOKEN
gcloud secrets describe validation-github-token --project=nba-props-platform >/dev/null 2>&1 ||
  gcloud secrets create validation-github-token --replication-policy=automatic --project=nba-props-platform

# 23. roles/secretmanager.secretAccessor on secret sendgrid-api-key
# is given SENDGRID_API_KEY when it starts
gcloud secrets add-iam-policy-binding sendgrid-api-key \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/secretmanager.secretAccessor \
  --condition=None \
  --project=nba-props-platform

# 24. roles/secretmanager.secretAccessor on secret slack-webhook-url
# is given SLACK_WEBHOOK_URL when it starts
gcloud secrets add-iam-policy-binding slack-webhook-url \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/secretmanager.secretAccessor \
  --condition=None \
  --project=nba-props-platform

# 25. roles/secretmanager.secretAccessor on secret validation-heartbeat-url
# is given HEARTBEAT_URL when it starts
gcloud secrets add-iam-policy-binding validation-heartbeat-url \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/secretmanager.secretAccessor \
  --condition=None \
  --project=nba-props-platform

# 26. roles/secretmanager.secretAccessor on secret validation-github-token
# is given GITHUB_TOKEN when it starts
gcloud secrets add-iam-policy-binding validation-github-token \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/secretmanager.secretAccessor \
  --condition=None \
  --project=nba-props-platform

# 27. a value of secret sendgrid-api-key
# type the value of SENDGRID_API_KEY, then Ctrl-D; without one take SENDGRID_API_KEY out of runner.secrets in pipeline.yaml
[ "$(gcloud secrets versions describe latest --secret=sendgrid-api-key --project=nba-props-platform '--format=value(state)' 2>/dev/null)" = ENABLED ] ||
  { echo 'no enabled value: gcloud secrets versions add sendgrid-api-key --data-file=- --project=nba-props-platform' >&2; false; }

# 28. a value of secret slack-webhook-url
# type the value of SLACK_WEBHOOK_URL, then Ctrl-D; without one take SLACK_WEBHOOK_URL out of runner.secrets in pipeline.yaml
[ "$(gcloud secrets versions describe latest --secret=slack-webhook-url --project=nba-props-platform '--format=value(state)' 2>/dev/null)" = ENABLED ] ||
  { echo 'no enabled value: gcloud secrets versions add slack-webhook-url --data-file=- --project=nba-props-platform' >&2; false; }

# 29. a value of secret validation-heartbeat-url
# type the value of HEARTBEAT_URL, then Ctrl-D; without one take HEARTBEAT_URL out of runner.secrets in pipeline.yaml
[ "$(gcloud secrets versions describe latest --secret=validation-heartbeat-url --project=nba-props-platform '--format=value(state)' 2>/dev/null)" = ENABLED ] ||
  { echo 'no enabled value: gcloud secrets versions add validation-heartbeat-url --data-file=- --project=nba-props-platform' >&2; false; }

# 30. a value of secret validation-github-token
# type the value of GITHUB_TOKEN, then Ctrl-D; without one take GITHUB_TOKEN out of runner.secrets in pipeline.yaml
[ "$(gcloud secrets versions describe latest --secret=validation-github-token --project=nba-props-platform '--format=value(state)' 2>/dev/null)" = ENABLED ] ||
  { echo 'no enabled value: gcloud secrets versions add validation-github-token --data-file=- --project=nba-props-platform' >&2; false; }


# ---- The function ----

# 31. function validation-runner
# answers Cloud Scheduler and people; run from the project's folder
asked_1=$(python -m validator deploy source) && [ -n "$asked_1" ] &&
gcloud functions deploy validation-runner \
  --gen2 \
  --region=us-west2 \
  --runtime=python311 \
  --source=. \
  --entry-point=run_validation \
  --trigger-http \
  --no-allow-unauthenticated \
  --serve-all-traffic-latest-revision \
  --service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --memory=512Mi \
  --timeout=540s \
  --concurrency=1 \
  --max-instances=3 \
  --set-env-vars=VALIDATOR_BACKEND=gcp,GOOGLE_CLOUD_PROJECT=nba-props-platform,ALERT_FROM_EMAIL=validation@example.com,EMAIL_ALERTS_TO=data-team@example.com,EMAIL_CRITICAL_TO=data-team@example.com \
  --set-secrets=SENDGRID_API_KEY=sendgrid-api-key:latest,SLACK_WEBHOOK_URL=slack-webhook-url:latest,HEARTBEAT_URL=validation-heartbeat-url:latest,GITHUB_TOKEN=validation-github-token:latest \
  --update-labels=source="$asked_1" \
  --project=nba-props-platform || false

# 32. roles/run.invoker on function validation-runner
# Cloud Scheduler calls it with this account; a deployment may have taken the role away
gcloud run services add-iam-policy-binding validation-runner \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform

# 33. function validation-runner is closed to allUsers
# whoever may call it is taken for the scheduler
there=$(gcloud run services get-iam-policy validation-runner --region=us-west2 '--flatten=bindings[].members' '--filter=bindings.role=roles/run.invoker AND bindings.members=allUsers' --project=nba-props-platform '--format=value(name,bindings.members)') &&
if [ -n "$there" ]; then
  gcloud run services remove-iam-policy-binding validation-runner \
    --region=us-west2 \
    --member=allUsers \
    --role=roles/run.invoker \
    --condition=None \
    --project=nba-props-platform
fi || false

# 34. function validation-runner is closed to allAuthenticatedUsers
# whoever may call it is taken for the scheduler
there=$(gcloud run services get-iam-policy validation-runner --region=us-west2 '--flatten=bindings[].members' '--filter=bindings.role=roles/run.invoker AND bindings.members=allAuthenticatedUsers' --project=nba-props-platform '--format=value(name,bindings.members)') &&
if [ -n "$there" ]; then
  gcloud run services remove-iam-policy-binding validation-runner \
    --region=us-west2 \
    --member=allAuthenticatedUsers \
    --role=roles/run.invoker \
    --condition=None \
    --project=nba-props-platform
fi || false


# ---- The pipeline's services ----

# 35. roles/run.invoker on service prediction-worker
# asks its /health (service_health)
gcloud run services add-iam-policy-binding prediction-worker \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service prediction-worker' >&2; }

# 36. roles/run.invoker on service prediction-coordinator
# asks its /health (service_health)
gcloud run services add-iam-policy-binding prediction-coordinator \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service prediction-coordinator' >&2; }

# 37. roles/run.invoker on service nba-phase3-analytics-processors
# asks its /health (service_health)
gcloud run services add-iam-policy-binding nba-phase3-analytics-processors \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service nba-phase3-analytics-processors' >&2; }

# 38. roles/run.invoker on service nba-phase4-precompute-processors
# asks its /health (service_health)
gcloud run services add-iam-policy-binding nba-phase4-precompute-processors \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service nba-phase4-precompute-processors' >&2; }

# 39. roles/run.invoker on service nba-phase2-raw-processors
# asks its /health (service_health)
gcloud run services add-iam-policy-binding nba-phase2-raw-processors \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service nba-phase2-raw-processors' >&2; }

# 40. roles/run.invoker on service nba-scrapers
# asks its /health (service_health)
gcloud run services add-iam-policy-binding nba-scrapers \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service nba-scrapers' >&2; }

# 41. roles/run.invoker on service nba-grading-service
# asks its /health (service_health)
gcloud run services add-iam-policy-binding nba-grading-service \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service nba-grading-service' >&2; }

# 42. roles/run.invoker on service nba-admin-dashboard
# asks its /health (service_health)
gcloud run services add-iam-policy-binding nba-admin-dashboard \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service nba-admin-dashboard' >&2; }

# 43. roles/run.invoker on service phase3-to-phase4-orchestrator
# asks its /health (service_health)
gcloud run services add-iam-policy-binding phase3-to-phase4-orchestrator \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service phase3-to-phase4-orchestrator' >&2; }

# 44. roles/run.invoker on service phase4-to-phase5-orchestrator
# asks its /health (service_health)
gcloud run services add-iam-policy-binding phase4-to-phase5-orchestrator \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service phase4-to-phase5-orchestrator' >&2; }

# 45. roles/run.invoker on service phase5-to-phase6-orchestrator
# asks its /health (service_health)
gcloud run services add-iam-policy-binding phase5-to-phase6-orchestrator \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/run.invoker on service phase5-to-phase6-orchestrator' >&2; }


# ---- Dead letters ----

# 46. function validation-dead-letter
# tells of a dead letter at once, stores it, and says whether its data has arrived since
asked_1=$(python -m validator deploy source) && [ -n "$asked_1" ] &&
gcloud functions deploy validation-dead-letter \
  --gen2 \
  --region=us-west2 \
  --runtime=python311 \
  --source=. \
  --entry-point=alert_dead_letter \
  --trigger-http \
  --no-allow-unauthenticated \
  --serve-all-traffic-latest-revision \
  --service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --memory=512Mi \
  --timeout=540s \
  --concurrency=1 \
  --max-instances=3 \
  --set-env-vars=VALIDATOR_BACKEND=gcp,GOOGLE_CLOUD_PROJECT=nba-props-platform,ALERT_FROM_EMAIL=validation@example.com,EMAIL_ALERTS_TO=data-team@example.com,EMAIL_CRITICAL_TO=data-team@example.com \
  --set-secrets=SENDGRID_API_KEY=sendgrid-api-key:latest,SLACK_WEBHOOK_URL=slack-webhook-url:latest,HEARTBEAT_URL=validation-heartbeat-url:latest,GITHUB_TOKEN=validation-github-token:latest \
  --update-labels=source="$asked_1" \
  --project=nba-props-platform || false

# 47. roles/run.invoker on function validation-dead-letter
# Pub/Sub calls it with this account; a deployment may have taken the role away
gcloud run services add-iam-policy-binding validation-dead-letter \
  --region=us-west2 \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/run.invoker \
  --condition=None \
  --project=nba-props-platform

# 48. function validation-dead-letter is closed to allUsers
# whoever may call it is taken for the scheduler
there=$(gcloud run services get-iam-policy validation-dead-letter --region=us-west2 '--flatten=bindings[].members' '--filter=bindings.role=roles/run.invoker AND bindings.members=allUsers' --project=nba-props-platform '--format=value(name,bindings.members)') &&
if [ -n "$there" ]; then
  gcloud run services remove-iam-policy-binding validation-dead-letter \
    --region=us-west2 \
    --member=allUsers \
    --role=roles/run.invoker \
    --condition=None \
    --project=nba-props-platform
fi || false

# 49. function validation-dead-letter is closed to allAuthenticatedUsers
# whoever may call it is taken for the scheduler
there=$(gcloud run services get-iam-policy validation-dead-letter --region=us-west2 '--flatten=bindings[].members' '--filter=bindings.role=roles/run.invoker AND bindings.members=allAuthenticatedUsers' --project=nba-props-platform '--format=value(name,bindings.members)') &&
if [ -n "$there" ]; then
  gcloud run services remove-iam-policy-binding validation-dead-letter \
    --region=us-west2 \
    --member=allAuthenticatedUsers \
    --role=roles/run.invoker \
    --condition=None \
    --project=nba-props-platform
fi || false

# 50. roles/pubsub.subscriber on subscription nba-phase1-scrapers-complete-dlq-sub
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding nba-phase1-scrapers-complete-dlq-sub \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription nba-phase1-scrapers-complete-dlq-sub' >&2; }

# 51. roles/pubsub.subscriber on subscription nba-scraper-complete-dlq-sub
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding nba-scraper-complete-dlq-sub \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription nba-scraper-complete-dlq-sub' >&2; }

# 52. roles/pubsub.subscriber on subscription nba-phase2-raw-complete-dlq-sub
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding nba-phase2-raw-complete-dlq-sub \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription nba-phase2-raw-complete-dlq-sub' >&2; }

# 53. roles/pubsub.subscriber on subscription analytics-ready-dead-letter-sub
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding analytics-ready-dead-letter-sub \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription analytics-ready-dead-letter-sub' >&2; }

# 54. roles/pubsub.subscriber on subscription line-changed-dead-letter-sub
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding line-changed-dead-letter-sub \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription line-changed-dead-letter-sub' >&2; }

# 55. roles/pubsub.subscriber on subscription prediction-request-dlq-sub
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding prediction-request-dlq-sub \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription prediction-request-dlq-sub' >&2; }

# 56. roles/pubsub.subscriber on subscription nba-phase3-analytics-complete-dlq-monitor
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding nba-phase3-analytics-complete-dlq-monitor \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription nba-phase3-analytics-complete-dlq-monitor' >&2; }

# 57. roles/pubsub.subscriber on subscription nba-phase4-precompute-complete-dlq-monitor
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding nba-phase4-precompute-complete-dlq-monitor \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription nba-phase4-precompute-complete-dlq-monitor' >&2; }

# 58. roles/pubsub.subscriber on subscription nba-phase5-predictions-complete-dlq-monitor
# looks at what waits as a dead letter, and gives it back at once
gcloud pubsub subscriptions add-iam-policy-binding nba-phase5-predictions-complete-dlq-monitor \
  --member=serviceAccount:nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --role=roles/pubsub.subscriber \
  --project=nba-props-platform ||
  { left_out=yes; echo 'left out: roles/pubsub.subscriber on subscription nba-phase5-predictions-complete-dlq-monitor' >&2; }

# 59. roles/iam.serviceAccountTokenCreator on the service account itself
# Pub/Sub makes the token with which it pushes dead letters; projects made before April 2021 lack this
asked_1=$(gcloud projects describe nba-props-platform '--format=value(projectNumber)' --project=nba-props-platform) && [ -n "$asked_1" ] &&
gcloud iam service-accounts add-iam-policy-binding nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
  --member=serviceAccount:service-"$asked_1"@gcp-sa-pubsub.iam.gserviceaccount.com \
  --role=roles/iam.serviceAccountTokenCreator \
  --condition=None \
  --project=nba-props-platform || false

# 60. subscription validation-dead-letter-nba-phase1-scrapers-complete-dlq
# pushes a copy of what comes to nba-phase1-scrapers-complete-dlq; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-nba-phase1-scrapers-complete-dlq --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-nba-phase1-scrapers-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-nba-phase1-scrapers-complete-dlq \
    --topic=nba-phase1-scrapers-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-nba-phase1-scrapers-complete-dlq' >&2; }
fi

# 61. subscription validation-dead-letter-nba-scraper-complete-dlq
# pushes a copy of what comes to nba-scraper-complete-dlq; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-nba-scraper-complete-dlq --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-nba-scraper-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-nba-scraper-complete-dlq \
    --topic=nba-scraper-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-nba-scraper-complete-dlq' >&2; }
fi

# 62. subscription validation-dead-letter-nba-phase2-raw-complete-dlq
# pushes a copy of what comes to nba-phase2-raw-complete-dlq; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-nba-phase2-raw-complete-dlq --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-nba-phase2-raw-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-nba-phase2-raw-complete-dlq \
    --topic=nba-phase2-raw-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-nba-phase2-raw-complete-dlq' >&2; }
fi

# 63. subscription validation-dead-letter-analytics-ready-dead-letter
# pushes a copy of what comes to analytics-ready-dead-letter; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-analytics-ready-dead-letter --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-analytics-ready-dead-letter \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-analytics-ready-dead-letter \
    --topic=analytics-ready-dead-letter \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-analytics-ready-dead-letter' >&2; }
fi

# 64. subscription validation-dead-letter-line-changed-dead-letter
# pushes a copy of what comes to line-changed-dead-letter; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-line-changed-dead-letter --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-line-changed-dead-letter \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-line-changed-dead-letter \
    --topic=line-changed-dead-letter \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-line-changed-dead-letter' >&2; }
fi

# 65. subscription validation-dead-letter-prediction-request-dlq
# pushes a copy of what comes to prediction-request-dlq; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-prediction-request-dlq --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-prediction-request-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-prediction-request-dlq \
    --topic=prediction-request-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-prediction-request-dlq' >&2; }
fi

# 66. subscription validation-dead-letter-nba-phase3-analytics-complete-dlq
# pushes a copy of what comes to nba-phase3-analytics-complete-dlq; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-nba-phase3-analytics-complete-dlq --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-nba-phase3-analytics-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-nba-phase3-analytics-complete-dlq \
    --topic=nba-phase3-analytics-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-nba-phase3-analytics-complete-dlq' >&2; }
fi

# 67. subscription validation-dead-letter-nba-phase4-precompute-complete-dlq
# pushes a copy of what comes to nba-phase4-precompute-complete-dlq; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-nba-phase4-precompute-complete-dlq --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-nba-phase4-precompute-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-nba-phase4-precompute-complete-dlq \
    --topic=nba-phase4-precompute-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-nba-phase4-precompute-complete-dlq' >&2; }
fi

# 68. subscription validation-dead-letter-nba-phase5-predictions-complete-dlq
# pushes a copy of what comes to nba-phase5-predictions-complete-dlq; what other subscriptions keep there stays
if gcloud pubsub subscriptions describe validation-dead-letter-nba-phase5-predictions-complete-dlq --project=nba-props-platform >/dev/null 2>&1; then
  gcloud pubsub subscriptions update validation-dead-letter-nba-phase5-predictions-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform
else
  gcloud pubsub subscriptions create validation-dead-letter-nba-phase5-predictions-complete-dlq \
    --topic=nba-phase5-predictions-complete-dlq \
    --push-endpoint=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --push-auth-service-account=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --push-auth-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-dead-letter \
    --ack-deadline=540 \
    --min-retry-delay=10s \
    --max-retry-delay=600s \
    --expiration-period=never \
    --project=nba-props-platform ||
    { left_out=yes; echo 'left out: subscription validation-dead-letter-nba-phase5-predictions-complete-dlq' >&2; }
fi


# ---- Cloud Scheduler ----

# 69. job validation-post-overnight
# Did yesterday complete? The morning summary
if gcloud scheduler jobs describe validation-post-overnight --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-post-overnight \
    --location=us-west2 \
    '--schedule=0 6 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=post_overnight' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Did yesterday complete? The morning summary' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-post-overnight \
    --location=us-west2 \
    '--schedule=0 6 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=post_overnight' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Did yesterday complete? The morning summary' \
    --project=nba-props-platform
fi

# 70. job validation-daily-health
# One screen with a line per thing, once the morning's phases are due
if gcloud scheduler jobs describe validation-daily-health --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-daily-health \
    --location=us-west2 \
    '--schedule=0 8 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=daily_health' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=One screen with a line per thing, once the morning'"'"'s phases are due' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-daily-health \
    --location=us-west2 \
    '--schedule=0 8 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=daily_health' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=One screen with a line per thing, once the morning'"'"'s phases are due' \
    --project=nba-props-platform
fi

# 71. job validation-pre-game-prep
# Is what today needs on its way?
if gcloud scheduler jobs describe validation-pre-game-prep --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-pre-game-prep \
    --location=us-west2 \
    '--schedule=0 8 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=pre_game_prep' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Is what today needs on its way?' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-pre-game-prep \
    --location=us-west2 \
    '--schedule=0 8 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=pre_game_prep' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Is what today needs on its way?' \
    --project=nba-props-platform
fi

# 72. job validation-midday
# Is everything running that should?
if gcloud scheduler jobs describe validation-midday --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-midday \
    --location=us-west2 \
    '--schedule=0 12 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=midday' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Is everything running that should?' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-midday \
    --location=us-west2 \
    '--schedule=0 12 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=midday' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Is everything running that should?' \
    --project=nba-props-platform
fi

# 73. job validation-phase-triggers
# Did the same-day run get through?
if gcloud scheduler jobs describe validation-phase-triggers --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-phase-triggers \
    --location=us-west2 \
    '--schedule=0 14 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=phase_triggers' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Did the same-day run get through?' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-phase-triggers \
    --location=us-west2 \
    '--schedule=0 14 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=phase_triggers' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Did the same-day run get through?' \
    --project=nba-props-platform
fi

# 74. job validation-pre-game-final
# Before the first game; with it the last look at yesterday
if gcloud scheduler jobs describe validation-pre-game-final --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-pre-game-final \
    --location=us-west2 \
    '--schedule=0 18 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=pre_game_final' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Before the first game; with it the last look at yesterday' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-pre-game-final \
    --location=us-west2 \
    '--schedule=0 18 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=pre_game_final' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Before the first game; with it the last look at yesterday' \
    --project=nba-props-platform
fi

# 75. job validation-post-game
# Are the evening's runs getting through?
if gcloud scheduler jobs describe validation-post-game --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-post-game \
    --location=us-west2 \
    '--schedule=0 23 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=post_game' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Are the evening'"'"'s runs getting through?' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-post-game \
    --location=us-west2 \
    '--schedule=0 23 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=post_game' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Are the evening'"'"'s runs getting through?' \
    --project=nba-props-platform
fi

# 76. job validation-overnight
# Is the night's work getting through?
if gcloud scheduler jobs describe validation-overnight --location=us-west2 --project=nba-props-platform >/dev/null 2>&1; then
  gcloud scheduler jobs update http validation-overnight \
    --location=us-west2 \
    '--schedule=0 2 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=overnight' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Is the night'"'"'s work getting through?' \
    --project=nba-props-platform
else
  gcloud scheduler jobs create http validation-overnight \
    --location=us-west2 \
    '--schedule=0 2 * * *' \
    --time-zone=America/New_York \
    '--uri=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner?schedule=overnight' \
    --http-method=post \
    --oidc-service-account-email=nba-orchestration@nba-props-platform.iam.gserviceaccount.com \
    --oidc-token-audience=https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner \
    --attempt-deadline=540s \
    --max-retry-attempts=3 \
    --min-backoff=30s \
    --max-backoff=300s \
    '--description=Is the night'"'"'s work getting through?' \
    --project=nba-props-platform
fi


# ---- Absence alert ----

# 77. channel validation-runner: data-team@example.com
# who is told when this service has stopped
there=$(gcloud beta monitoring channels list '--filter=displayName="validation-runner: data-team@example.com"' --project=nba-props-platform '--format=value(name,bindings.members)') &&
if [ -n "$there" ]; then
  asked_1=$(gcloud beta monitoring channels list '--filter=displayName="validation-runner: data-team@example.com"' --sort-by=name --limit=1 '--format=value(name)' --project=nba-props-platform) && [ -n "$asked_1" ] &&
  gcloud beta monitoring channels update "$asked_1" \
    --enabled \
    --update-channel-labels=email_address=data-team@example.com \
    --project=nba-props-platform || false
else
  gcloud beta monitoring channels create \
    --type=email \
    '--display-name=validation-runner: data-team@example.com' \
    --channel-labels=email_address=data-team@example.com \
    --project=nba-props-platform
fi || false

# 78. alert validation-runner of nba-props has stopped
# no call has succeeded for longer than any pause between two schedules
there=$(gcloud alpha monitoring policies list '--filter=displayName="validation-runner of nba-props has stopped"' --project=nba-props-platform '--format=value(name,bindings.members)') &&
if [ -n "$there" ]; then
  asked_1=$(gcloud alpha monitoring policies list '--filter=displayName="validation-runner of nba-props has stopped"' '--format=value(name)' --project=nba-props-platform) && [ -n "$asked_1" ] &&
  asked_2=$(gcloud beta monitoring channels list '--filter=displayName="validation-runner: data-team@example.com"' --sort-by=name --limit=1 '--format=value(name)' --project=nba-props-platform) && [ -n "$asked_2" ] &&
  gcloud alpha monitoring policies update "$asked_1" \
    '--policy={
  "displayName": "validation-runner of nba-props has stopped",
  "documentation": {
    "content": "No call of `validation-runner` has succeeded for 6 hours. Runs are scheduled so that this never happens:\nwhatever this service would report, it reports nothing now.\n\n- `gcloud scheduler jobs list` shows whether its jobs are enabled and how their last attempts ended\n- `curl -H \"Authorization: Bearer $(gcloud auth print-identity-token)\" https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner/health` shows whether it answers\n- its log says why a run could not be made",
    "mimeType": "text/markdown"
  },
  "combiner": "OR",
  "conditions": [
    {
      "displayName": "No successful call",
      "conditionAbsent": {
        "filter": "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"validation-runner\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"2xx\"",
        "duration": "21600s",
        "aggregations": [
          {
            "alignmentPeriod": "300s",
            "perSeriesAligner": "ALIGN_SUM",
            "crossSeriesReducer": "REDUCE_SUM",
            "groupByFields": [
              "resource.labels.service_name"
            ]
          }
        ],
        "trigger": {
          "count": 1
        }
      }
    }
  ],
  "enabled": true,
  "severity": "CRITICAL",
  "alertStrategy": {
    "autoClose": "604800s"
  },
  "userLabels": {
    "recipients": "3b3d5e808a1c9a37"
  }
}' \
    --set-notification-channels="$asked_2" \
    --project=nba-props-platform || false
else
  asked_1=$(gcloud beta monitoring channels list '--filter=displayName="validation-runner: data-team@example.com"' --sort-by=name --limit=1 '--format=value(name)' --project=nba-props-platform) && [ -n "$asked_1" ] &&
  gcloud alpha monitoring policies create \
    '--policy={
  "displayName": "validation-runner of nba-props has stopped",
  "documentation": {
    "content": "No call of `validation-runner` has succeeded for 6 hours. Runs are scheduled so that this never happens:\nwhatever this service would report, it reports nothing now.\n\n- `gcloud scheduler jobs list` shows whether its jobs are enabled and how their last attempts ended\n- `curl -H \"Authorization: Bearer $(gcloud auth print-identity-token)\" https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner/health` shows whether it answers\n- its log says why a run could not be made",
    "mimeType": "text/markdown"
  },
  "combiner": "OR",
  "conditions": [
    {
      "displayName": "No successful call",
      "conditionAbsent": {
        "filter": "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"validation-runner\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"2xx\"",
        "duration": "21600s",
        "aggregations": [
          {
            "alignmentPeriod": "300s",
            "perSeriesAligner": "ALIGN_SUM",
            "crossSeriesReducer": "REDUCE_SUM",
            "groupByFields": [
              "resource.labels.service_name"
            ]
          }
        ],
        "trigger": {
          "count": 1
        }
      }
    }
  ],
  "enabled": true,
  "severity": "CRITICAL",
  "alertStrategy": {
    "autoClose": "604800s"
  },
  "userLabels": {
    "recipients": "3b3d5e808a1c9a37"
  }
}' \
    --notification-channels="$asked_1" \
    --project=nba-props-platform || false
fi || false

[ -z "${left_out:-}" ] || false
