using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Kling;
using Reelay.Simulators;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Kling;

/// <summary>What every provider must do, with Kling's own errors and states.</summary>
public sealed class KlingConformanceTests : ProviderConformance
{
    private static readonly string Frame = Convert.ToBase64String(PngImage.Gradient(640, 360));

    public override IVideoProvider Provider { get; } = new KlingProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override CallbackSigning Signing =>
        new("""{"callback_secret":"whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="}""", "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(401, "error.401.1001.json", ProviderErrorKind.Unauthorized),
        Error(401, "error.401.1002.json", ProviderErrorKind.Unauthorized),
        Error(429, "error.429.1102.json", ProviderErrorKind.AccountEmpty),
        Error(429, "error.429.1303.json", ProviderErrorKind.RateLimited),
        Error(400, "error.400.1201.json", ProviderErrorKind.InvalidRequest),
        Code(401, 1000, ProviderErrorKind.Unauthorized),
        Code(401, 1003, ProviderErrorKind.Unauthorized),
        Code(401, 1004, ProviderErrorKind.Unauthorized),
        Code(429, 1100, ProviderErrorKind.Unauthorized),
        Code(429, 1101, ProviderErrorKind.AccountEmpty),
        Code(403, 1103, ProviderErrorKind.Unauthorized),
        Code(400, 1200, ProviderErrorKind.InvalidRequest),
        Code(404, 1202, ProviderErrorKind.InvalidRequest),
        Code(404, 1203, ProviderErrorKind.InvalidRequest),
        Code(400, 1300, ProviderErrorKind.ContentRejected),
        Code(400, 1301, ProviderErrorKind.ContentRejected),
        Code(429, 1302, ProviderErrorKind.RateLimited),
        Code(429, 1304, ProviderErrorKind.Unauthorized),
        Code(200, 1303, ProviderErrorKind.RateLimited),
        Code(200, 1102, ProviderErrorKind.AccountEmpty),
        Code(503, 5001, ProviderErrorKind.Overloaded),
        Code(500, 5000, ProviderErrorKind.OutcomeUnknown),
        Code(504, 5002, ProviderErrorKind.OutcomeUnknown),
        Code(200, 5000, ProviderErrorKind.OutcomeUnknown),
        Code(200, 5001, ProviderErrorKind.OutcomeUnknown),
        Code(500, 1303, ProviderErrorKind.OutcomeUnknown),
        Code(429, 1399, ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.submitted.json", Means.Queued),
        Poll(200, "poll.processing.json", Means.Running()),
        Poll(200, "poll.succeeded.json", Means.Succeeded),
        Poll(200, "poll.failed.risk.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "poll.failed.picture.json", Means.Failed(ProviderErrorKind.InvalidRequest)),
        .. Words(
            """{"code":0,"data":{"task_status":"$word","task_result":{"videos":[{"url":"https://a.example/x.mp4"}]} } }""",
            ("submitted", Means.Queued),
            ("processing", Means.Running()),
            ("PROCESSING", Means.Running()),
            ("succeed", Means.Succeeded),
            ("succeeded", Means.Succeeded),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("reviewing", Means.Unreadable),
            ("", Means.Unreadable)),
        new([Body(200, """{"code":1203,"message":"gone"}""")], Means.Throws(ProviderErrorKind.NotFound)),
        new([Body(404, """{"code":1203,"message":"gone"}""")], Means.Throws(ProviderErrorKind.NotFound)),
        new([Body(401, """{"code":1004,"message":"late"}""")], Means.Throws(ProviderErrorKind.Unauthorized)),
        new([Body(429, """{"code":1302,"message":"slow"}""")], Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    public override JsonNode? Sample(ExtraParameter extra, UpstreamModel row, ProviderRequest request) => extra.Name switch
    {
        "watermark_info" => new JsonObject { ["enabled"] = true },
        "camera_control" => JsonNode.Parse("""{"type":"simple","config":{"horizontal":0,"vertical":0,"pan":0,"tilt":0,"roll":0,"zoom":-4.5}}"""),
        "static_mask" => Frame,
        "dynamic_masks" => JsonNode.Parse($$"""[{"mask":"{{Frame}}","trajectories":[{"x":1,"y":2},{"x":3,"y":4}]}]"""),
        "shot_type" => "customize",
        "multi_prompt" => JsonNode.Parse($$"""[{"index":1,"prompt":"one","duration":"1"},{"index":2,"prompt":"two","duration":"{{request.Seconds - 1}}"}]"""),
        "voice_list" => JsonNode.Parse("""[{"voice_id":"a"},{"voice_id":"b"}]"""),
        "element_list" => new JsonArray([.. Enumerable.Range(1, (int)extra.Max!).Select(id => new JsonObject { ["element_id"] = id })]),
        _ => base.Sample(extra, row, request),
    };

    private static DocumentedError Code(int status, int code, ProviderErrorKind kind) =>
        new(Body(status, $$"""{"code":{{code}},"message":"no","request_id":"r","data":null}"""), kind);
}
