using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets.Links;
using Reelay.Server.OpenApi;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>
/// Walks through every operation and every documented status that can be brought about, and lets npm's validators judge each answer by the
/// document, and the document by the rules of OpenAPI.
/// </summary>
public sealed class OpenApiAnswerTests : IDisposable
{
    private const string Unknown = "task_00000000000000000000000000";

    // Slow bodies (408) take Kestrel five seconds: KestrelReadingTests has one. Busy variants: VariantTests. And where nothing is read
    // before something is written, or nothing at all, no lost table makes a mistake of ours.
    private static readonly string[] NotWalked =
    [
        "GET /v1/videos/{id}/content 503", "HEAD /v1/videos/{id}/content 503", "DELETE /v1/videos/{id} 500", "POST /v1/videos/{id}/cancel 500",
        "POST /v1/videos/characters 500", "POST /v1/files 500", "DELETE /v1/files/{id} 500", "GET /v1/models 500", "GET /v1/models/{id} 500",
    ];

    private static readonly Dictionary<string, string?> Waiting = new()
    {
        ["Reelay:Channels:sandbox-openai:MaxInFlight"] = "0", ["Reelay:Engine:MaxWaitingPerAccount"] = "2",
    };

    private readonly TemporaryFolder _folder = new();

    private string Answers => _folder.File("answers.jsonl");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_answer_is_as_the_document_says()
    {
        await WalkAsync(null, OrdersAsync, ContentAsync, EditsAsync, LibraryAsync, ModelsAsync, RefusedAsync, NobodyAsync, PoorAsync);
        await WalkAsync(Waiting, InputsAsync, FullAsync);
        await WalkAsync(new() { ["Reelay:MinFreeDisk"] = long.MaxValue.ToString() }, ShortOfDiskAsync);
        await WalkAsync(null, LostTablesAsync);

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

    private static async Task OrdersAsync(ApiWalk walk)
    {
        using var form = Uploads.Form(("prompt", "a red boat"), ("seconds", "4"), ("size", "1280x720"), ("metadata[shelf]", "7"), ("seed", "4"));
        await walk.PostAsync("/v1/videos", form);
        using var urlencoded = new FormUrlEncodedContent([new("prompt", "a red boat"), new("external_task_id", "mine")]);
        await walk.PostAsync("/v1/video/generations", urlencoded);
        var order = new
        {
            prompt = "a red boat", seconds = "8s", size = "16:9", tier = "720p", fps = 24, colour = "red", user = "u-1", metadata = new { a = new[] { 1, 2 } },
            input_reference = "data:image/png;base64," + Convert.ToBase64String(Uploads.Png),
        };
        var id = (await walk.PostAsync("/v1/videos", order)).Text("id");
        await walk.GetAsync($"/v1/videos/{id}/events");
        await walk.GetAsync($"/v1/videos/{id}/events", 200, ("Last-Event-ID", "1"));
        await walk.GetAsync($"/v1/videos/{id}?wait=60");
        await walk.GetAsync($"/v1/videos/video_{id[5..]}");
        await walk.GetAsync($"/v1/video/generations/{id}?wait=1");
        await walk.FinishAsync(new { prompt = "[fail:generation]" }, "failed");
        await walk.FinishAsync(new { prompt = "[fail:content_policy]" }, "failed");
        await walk.FinishAsync(new { model = "kling-v3", prompt = "a red boat", seconds = 5 });
        await walk.PostAsync("/v1/videos/estimate", new { model = "kling-video", model_name = "kling-v3", prompt = "a red boat", seconds = 5, seed = 1 });
        await walk.PostAsync("/v1/videos/estimate", new { model = "gpt-image-2", prompt = "a red boat", n = 3, size = "auto" });
        await walk.PostAsync("/v1/videos/estimate?explain=true", new { prompt = "x" }, 403);
        await walk.PostAsync("/v1/videos/estimate?explain=perhaps", new { prompt = "x" }, 400);
        using var admin = walk.Gateway.NewClient(walk.Gateway.AdminKey);
        foreach (var explained in new object[] { new { prompt = "x" }, order, new { model = "kling-v3", prompt = "x", seconds = 5 }, new { model = "gpt-image-2", prompt = "x" } })
        {
            await walk.PostAsync("/v1/videos/estimate?explain=true", explained, client: admin);
        }

        foreach (var query in new[] { "", "?limit=0", "?limit=2&order=asc", "?after=" + id, "?external_task_id=mine", "?user=u-1" }) await walk.GetAsync("/v1/videos" + query);
        foreach (var query in new[] { "?limit=101", "?order=up", "?after=x" }) await walk.GetAsync("/v1/videos" + query, 400);
        foreach (var path in new[] { "/v1/videos/", "/v1/video/generations/" }) await walk.GetAsync($"{path}{id}?wait=61", 400);
        var running = (await walk.PostAsync("/v1/videos", new { prompt = "[stuck]" })).Text("id");
        await walk.PostAsync($"/v1/videos/{running}/cancel");
        await walk.PostAsync($"/v1/videos/{id}/cancel");
        await walk.GetAsync("/v1/videos/" + running);
        await walk.DeleteAsync("/v1/videos/" + running);
        await walk.DeleteAsync("/v1/videos/" + running, 404);
        await walk.PostAsync("/v1/videos", new { prompt = "x", seconds = 5 }, 400);
        await walk.PostAsync("/v1/videos", new { prompt = "x", callback_url = "not a url" }, 400);
        await walk.GetAsync("/v1/never", 404);
        await walk.SendAsync(HttpMethod.Put, "/v1/videos", 405);
    }

    private static async Task ContentAsync(ApiWalk walk)
    {
        var id = await walk.FinishAsync(new { prompt = "a red boat" });
        var link = new Uri((await walk.GetAsync("/v1/videos/" + id)).Text("video_url")).PathAndQuery;
        var pictures = await walk.FinishAsync(new { model = "gpt-image-2", prompt = "a red boat", n = 2, quality = "low" });
        var failed = await walk.FinishAsync(new { prompt = "[fail:content_policy]" }, "failed");
        var running = (await walk.PostAsync("/v1/videos", new { prompt = "[stuck]" })).Text("id");
        using var whole = await walk.Client.GetAsync($"/v1/videos/{id}/content", Cancellation);
        var tag = whole.Headers.ETag!.ToString();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            await walk.SendAsync(method, $"/v1/videos/{pictures}/content?index=1&variant=video", 200);
            await walk.SendAsync(method, link, 200, client: walk.Nobody);
            await walk.SendAsync(method, link + "x", 403, client: walk.Nobody);
            await walk.SendAsync(method, $"/v1/videos/{id}/content", 304, headers: [("If-None-Match", tag)]);
            await walk.SendAsync(method, $"/v1/videos/{id}/content", 412, headers: [("If-Match", "\"other\"")]);
            foreach (var path in new[] { $"{id}/content?variant=film", $"{id}/content?index=1", $"{running}/content", $"{failed}/content" }) await walk.SendAsync(method, "/v1/videos/" + path, 400);
        }

        if (Tool.Exists("ffmpeg"))
        {
            await walk.GetAsync($"/v1/videos/{id}/content?variant=thumbnail");
            await walk.HeadAsync($"/v1/videos/{id}/content?variant=spritesheet");
        }

        await walk.GetAsync($"/v1/videos/{id}/content", 206, ("Range", "bytes=5-9"), ("If-Range", tag));
        await walk.GetAsync($"/v1/videos/{id}/content", 416, ("Range", "bytes=99999999-"));
        walk.Gateway.Database(connection => connection.Execute("UPDATE tasks SET expires_at = 1000 WHERE id = $id", null, ("$id", pictures)));
        walk.Gateway.Services.GetRequiredService<Server.Api.TaskReader>().Forget(pictures);
        await walk.GetAsync($"/v1/videos/{pictures}/content", 404);
        await walk.DeleteAsync("/v1/videos/" + running);
    }

    private static async Task EditsAsync(ApiWalk walk)
    {
        var id = await walk.FinishAsync(new { prompt = "a red boat" });
        await walk.PostAsync($"/v1/videos/{id}/remix", new { prompt = "at night" });
        await walk.PostAsync("/v1/videos/edits", new { prompt = "at night", video = new { id } });
        using var form = Uploads.Form(("prompt", "it lands"), ("seconds", "4"), ("video[id]", id));
        var longer = (await walk.PostAsync("/v1/videos/extensions", form)).Text("id");
        await walk.Gateway.FinishAsync(longer);
        await walk.GetAsync("/v1/videos/" + longer);
        foreach (var path in new[] { "edits", "extensions" }) await walk.PostAsync("/v1/videos/" + path, new { prompt = "x", video = new { id = Unknown } }, 404);
        await walk.PostAsync($"/v1/videos/{id}/remix", new { prompt = "x", seconds = "x" }, 400);
    }

    private static async Task LibraryAsync(ApiWalk walk)
    {
        using var form = Uploads.Form(("file", (Uploads.Png, "boat.png")), ("purpose", "vision"), ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600"));
        var file = (await walk.PostAsync("/v1/files", form)).Text("id");
        var clip = (await walk.Gateway.UploadAsync(Uploads.Clip(), "ada.mp4", "user_data")).Text("id");
        foreach (var query in new[] { "", "?limit=1&order=asc", "?after=" + file, "?purpose=vision", "?limit=0" }) await walk.GetAsync("/v1/files" + query);
        foreach (var query in new[] { "?limit=1001", "?order=up", "?after=x" }) await walk.GetAsync("/v1/files" + query, 400);
        await walk.GetAsync("/v1/files/" + file);
        var content = $"/v1/files/{file}/content";
        using var whole = await walk.Client.GetAsync(content, Cancellation);
        var tag = whole.Headers.ETag!.ToString();
        await walk.HeadAsync(content);
        await walk.GetAsync(content, 206, ("Range", "bytes=-4"));
        await walk.GetAsync(content, 416, ("Range", "bytes=999999-"));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            await walk.SendAsync(method, content, 304, headers: [("If-None-Match", tag)]);
            await walk.SendAsync(method, content, 412, headers: [("If-Match", "\"other\"")]);
        }

        await walk.PostAsync("/v1/videos", new { prompt = "x", input_reference = new { file_id = file } });
        using var made = Uploads.Form(("name", "Ada"), ("video", (Uploads.Clip(), "ada.mp4")));
        var character = (await walk.PostAsync("/v1/videos/characters", made)).Text("id");
        await walk.PostAsync("/v1/videos/characters", new { name = "Bob", video = new { file_id = clip } });
        await walk.GetAsync("/v1/videos/characters/" + character);
        await walk.PostAsync("/v1/videos", new { prompt = "Ada walks", characters = new[] { new { id = character } } });
        await walk.PostAsync("/v1/videos/characters", new { name = "Bob", video = new { file_id = "file_x" } }, 404);
        foreach (var body in new object[] { new { name = "" }, new { name = "Bob" }, new { name = "Bob", video = "!" }, new { title = "Bob" } }) await walk.PostAsync("/v1/videos/characters", body, 400);
        using var text = Uploads.Form(("file", ("hello"u8.ToArray(), "boat.png")), ("purpose", "vision"));
        await walk.PostAsync("/v1/files", text, 400);
        using var purpose = Uploads.Form(("file", (Uploads.Png, "boat.png")), ("purpose", "batch"));
        await walk.PostAsync("/v1/files", purpose, 400);
        await walk.DeleteAsync("/v1/files/" + file);
    }

    private static async Task ModelsAsync(ApiWalk walk)
    {
        foreach (var model in (await walk.GetAsync("/v1/models")).GetProperty("data").EnumerateArray()) await walk.GetAsync("/v1/models/" + model.Text("id"));
    }

    // Every operation with a body: nothing that it reads, too much, and what cannot be read. Every other one: an id of nobody's.
    private static async Task RefusedAsync(ApiWalk walk)
    {
        foreach (var (method, path) in Operations(walk))
        {
            var isOrder = path.EndsWith("/remix", StringComparison.Ordinal) || !path.Contains(Unknown);
            if (path.StartsWith("/v1/inputs", StringComparison.Ordinal)) continue;
            if (method == HttpMethod.Post && isOrder)
            {
                await walk.PostAsync(path, "{", 400);
                await walk.PostAsync(path, ApiWalk.Text("a,b", "text/csv"), path == "/v1/files" ? 400 : 415);
                await walk.PostAsync(path, new ApiWalk.ClaimedContent("multipart/form-data; boundary=x"), 413);
                if (path is not ("/v1/files" or "/v1/videos/characters")) await walk.PostAsync(path, new { prompt = "x", model = "nope" }, 404);
            }
            else if (path.Contains(Unknown))
            {
                await walk.SendAsync(method, path, 404);
            }
        }
    }

    private static async Task NobodyAsync(ApiWalk walk)
    {
        using var stranger = walk.Gateway.NewClient("sk-unknown");
        foreach (var (method, path) in Operations(walk))
        {
            var isInput = path.StartsWith("/v1/inputs", StringComparison.Ordinal);
            foreach (var client in new[] { walk.Nobody, stranger }) await walk.SendAsync(method, path, isInput ? 403 : 401, client: client);
        }
    }

    private static async Task InputsAsync(ApiWalk walk)
    {
        var id = (await walk.PostAsync("/v1/videos", new { prompt = "x", input_reference = Convert.ToBase64String(PngImage.Gradient(1280, 720)) })).Text("id");
        var signer = walk.Gateway.Services.GetRequiredService<LinkSigner>();
        var (link, none) = (signer.InputLink("", id, 0), signer.InputLink("", id, 7));
        using var whole = await walk.Nobody.GetAsync(link, Cancellation);
        var tag = whole.Headers.ETag!.ToString();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            await walk.SendAsync(method, link, 200, client: walk.Nobody);
            await walk.SendAsync(method, none, 404, client: walk.Nobody);
            await walk.SendAsync(method, link, 304, headers: [("If-None-Match", tag)]);
            await walk.SendAsync(method, link, 412, headers: [("If-Match", "\"other\"")]);
        }

        await walk.GetAsync(link, 206, ("Range", "bytes=0-3"));
        await walk.GetAsync(link, 416, ("Range", "bytes=999999999-"));
    }

    private static async Task PoorAsync(ApiWalk walk)
    {
        var id = await walk.FinishAsync(new { prompt = "a red boat" });
        walk.Gateway.Database(connection => connection.Execute("UPDATE accounts SET is_unlimited = 0, balance_micros = reserved_micros"));
        foreach (var path in Orders(walk)) await walk.PostAsync(path.Replace(Unknown, id), path.Contains("/edits") || path.Contains("/ext") ? new { prompt = "x", video = new { id } } : new { prompt = "x" }, 403);
    }

    private static async Task FullAsync(ApiWalk walk)
    {
        await walk.PostAsync("/v1/videos", new { prompt = "x" });
        foreach (var path in Orders(walk)) await walk.PostAsync(path, new { prompt = "x" }, 429);
    }

    private static async Task ShortOfDiskAsync(ApiWalk walk)
    {
        while (!walk.Gateway.Services.GetRequiredService<Server.Engine.EngineGate>().IsDiskLow) await GatewayHost.PauseAsync();
        foreach (var (method, path) in Operations(walk).Where(operation => operation.Method == HttpMethod.Post && operation.Path != "/v1/videos/estimate"))
        {
            if (!path.EndsWith("/cancel", StringComparison.Ordinal)) await walk.PostAsync(path, new { prompt = "x" }, 503);
        }
    }

    // A mistake that is ours: reads say 500. What cannot be written is 503.
    private static async Task LostTablesAsync(ApiWalk walk)
    {
        var file = (await walk.Gateway.UploadAsync()).Text("id");
        var signer = walk.Gateway.Services.GetRequiredService<LinkSigner>();
        foreach (var table in new[] { "files", "characters", "tasks" }) walk.Gateway.Database(connection => connection.Execute($"ALTER TABLE {table} RENAME TO lost_{table}"));
        foreach (var (method, path) in Operations(walk).Where(operation => operation.Method == HttpMethod.Get || operation.Method == HttpMethod.Head))
        {
            if (path.StartsWith("/v1/models", StringComparison.Ordinal)) continue;
            await walk.SendAsync(method, path.StartsWith("/v1/inputs", StringComparison.Ordinal) ? signer.InputLink("", Unknown, 0) : path, 500);
        }

        foreach (var path in Orders(walk).Append("/v1/videos/estimate"))
        {
            await walk.PostAsync(path, new { prompt = "x", video = new { id = Unknown } }, 500);
        }

        await walk.DeleteAsync("/v1/videos/" + Unknown, 503);
        await walk.PostAsync($"/v1/videos/{Unknown}/cancel", status: 503);
        await walk.DeleteAsync("/v1/files/" + file, 503);
    }

    private static List<string> Orders(ApiWalk walk) =>
        [.. Operations(walk).Where(operation => operation.Method == HttpMethod.Post).Select(operation => operation.Path).Where(path =>
            path is "/v1/videos" or "/v1/video/generations" or "/v1/videos/edits" or "/v1/videos/extensions" || path.EndsWith("/remix", StringComparison.Ordinal))];

    private static List<(HttpMethod Method, string Path)> Operations(ApiWalk walk) => [.. walk.Gateway.Services.GetRequiredService<EndpointDataSource>()
        .Endpoints.OfType<RouteEndpoint>().Where(route => route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal))
        .SelectMany(
            route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods,
            (route, method) => (new HttpMethod(method), route.RoutePattern.RawText!.Replace("{id}", Unknown).Replace("{task}", Unknown).Replace("{position}", "0")))];

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
