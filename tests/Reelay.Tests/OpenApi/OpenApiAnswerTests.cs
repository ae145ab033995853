using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api.Dialects;
using Reelay.Server.OpenApi;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>
/// Walks through every operation and every documented status that can be brought about, and lets npm's validators judge each answer by the
/// document, and the document by the rules of OpenAPI.
/// </summary>
public sealed class OpenApiAnswerTests : IDisposable
{
    // Slow bodies (408) take Kestrel five seconds: KestrelReadingTests has one. Busy variants: VariantTests. Redirects need a bucket:
    // BucketFlowTests. And where nothing is read
    // before something is written, or nothing at all, no lost table makes a mistake of ours.
    private static readonly string[] NotWalked =
    [
        "GET /v1/videos/{id} 503", "GET /v1/videos/{id}/content 302", "HEAD /v1/videos/{id}/content 302", "GET /v1/videos/{id}/content 503", "HEAD /v1/videos/{id}/content 503", "DELETE /v1/videos/{id} 500", "POST /v1/videos/{id}/cancel 500",
        "POST /v1/webhook_endpoints 503", "POST /v1/webhook_endpoints/{id} 503", "DELETE /v1/webhook_endpoints/{id} 503",
        "POST /v1/webhook_endpoints/{id}/rotate_secret 503", "POST /v1/webhook_secret/rotate 503",
        "POST /v1/webhook_deliveries/{id}/redeliver 500",
        "POST /v1/videos/characters 500", "POST /v1/files 500", "DELETE /v1/files/{id} 500", "GET /v1/models 500", "GET /v1/models/{id} 500", "GET /v1/balance 500",
    ];

    private static readonly Dictionary<string, string?> OneSlot = new()
    {
        ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "1", ["Reelay:Engine:MaxWaitingPerAccount"] = "1",
    };

    private static readonly Dictionary<string, string?> Waiting = new()
    {
        ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0", ["Reelay:Engine:MaxWaitingPerAccount"] = "2",
    };

    private readonly TemporaryFolder _folder = new();

    private string Answers => _folder.File("answers.jsonl");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_answer_is_as_the_document_says()
    {
        await WalkAsync(
            null, UsualStretches.OrdersAsync, UsualStretches.ContentAsync, UsualStretches.EditsAsync, UsualStretches.LibraryAsync,
            UsualStretches.ModelsAsync, UsualStretches.BillingAsync,
            RefusedStretches.RefusedAsync, RefusedStretches.NobodyAsync, RefusedStretches.LimitedAsync, RefusedStretches.PoorAsync);

        // On a server of their own: an order of another stretch that ends meanwhile would be told to these endpoints too, and disable one.
        await WalkAsync(null, WebhookStretches.UsualAsync, WebhookStretches.RefusedAsync);
        await WalkAsync(Waiting, UsualStretches.InputsAsync);
        await WalkAsync(OneSlot, RefusedStretches.FullAsync);
        await WalkAsync(new() { ["Reelay:MinFreeDisk"] = long.MaxValue.ToString() }, RefusedStretches.ShortOfDiskAsync);
        await WalkAsync(null, RefusedStretches.LostTablesAsync, WebhookStretches.LostTablesAsync);

        var verdict = await JudgeAsync(Answers);
        AssertNone(Texts(verdict, "problems"));
        var missed = Texts(verdict, "documented").Except(Texts(verdict, "reached")).Where(answer => !answer.EndsWith(" 408", StringComparison.Ordinal));
        Assert.Equal(NotWalked.Order(), missed.Order());
        Assert.True(verdict.GetProperty("answers").GetInt32() > 200);
    }

    [Fact]
    public async Task The_document_follows_the_rules_of_others_and_its_examples_are_taken()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var verdict = await JudgeAsync(null);
        AssertNone(Texts(verdict, "faults"));
        using var walk = new ApiWalk(gateway);
        var examples = verdict.GetProperty("examples").EnumerateArray().ToList();
        Assert.True(examples.Count > 15, examples.Count.ToString());
        var done = await walk.FinishAsync(new { prompt = "a red boat" });
        var clip = await gateway.UploadAsync(Uploads.Clip(), "ada.mp4");
        foreach (var example in examples)
        {
            // Ids are somebody else's, and a form's fields are text.
            var path = example.Text("path").Replace("{id}", done);
            var body = example.GetProperty("body").GetRawText().Replace("file_01m7yrsfh6000daw3vh7y42brp", clip.Text("id"));
            var fields = JsonNode.Parse(body)!.AsObject().Select(field => KeyValuePair.Create(field.Key, field.Value!.ToString())).ToList();
            using HttpContent content = example.Text("type") switch
            {
                "multipart/form-data" => Uploads.Form([.. fields.Select(field => (field.Key, (object)field.Value))]),
                "application/json" => ApiWalk.Text(body, "application/json"),
                _ => new FormUrlEncodedContent(fields),
            };
            await walk.PostAsync(path, content);
        }
    }

    [Fact]
    public async Task A_server_that_withholds_tells_a_valid_document_too()
    {
        // Which routes are left is OpenApiDocumentTests' matter; here it is the document that is left of them.
        var all = FlagWords<Operations>.Of((Operations)~0);
        foreach (var words in new[] { "files,wait", string.Join(',', all) })
        {
            await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Api:Withheld"] = words });
            var file = _folder.File("document.json");
            await File.WriteAllTextAsync(file, (await gateway.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Body.GetRawText(), Cancellation);
            var verdict = await NodeScripts.RunAsync(new Dictionary<string, string>(), "openapi", file);
            AssertNone(Texts(verdict, "faults"));
        }
    }

    private static string[] Texts(JsonElement verdict, string name) => [.. verdict.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    // All of them, each on a line.
    private static void AssertNone(IEnumerable<string> faults)
    {
        var text = string.Join('\n', faults);
        Assert.True(text.Length == 0, text);
    }

    private async Task WalkAsync(Dictionary<string, string?>? settings, params Func<ApiWalk, Task>[] stretches)
    {
        await using var gateway = await GatewayHost.StartAsync(settings, around: AnswerRecorder.Around(Answers));
        using var walk = new ApiWalk(gateway);
        foreach (var stretch in stretches) await stretch(walk);
    }

    private async Task<JsonElement> JudgeAsync(string? answers)
    {
        var file = _folder.File("openapi.json");
        await File.WriteAllTextAsync(file, ApiDescription.Whole().ToJsonString(), Cancellation);
        return await NodeScripts.RunAsync(new Dictionary<string, string>(), "openapi", answers is null ? [file] : [file, answers]);
    }
}
