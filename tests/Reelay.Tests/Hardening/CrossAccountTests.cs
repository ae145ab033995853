using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reelay.Server.OpenApi;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>
/// Nobody learns of another account's things. The walk is driven by the OpenAPI document: every place of every route that takes an id is
/// asked with another account's and with one that never was, and both must be answered alike, to the number of statements in the database.
/// </summary>
public sealed partial class CrossAccountTests
{
    private const int MaxTries = 200;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_accounts_id_is_answered_as_one_that_never_was_on_every_route_of_the_document()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var stranger = gateway.NewClient(await KeyAsync(gateway));
        var ids = await MakeAsync(gateway);
        var statements = new StatementCount(gateway);
        var asked = new List<string>();
        foreach (var (path, method) in Operations())
        {
            foreach (var (query, body) in Variants(path, method))
            {
                if (!path.Contains('{')) continue;
                var kind = KindOf(path);
                if (kind.Length == 0) continue;
                var url = Place().Replace(path, match => match.Groups[1].Value == "position" ? "0" : "{id}") + query;
                await AssertAlikeAsync(gateway, statements, stranger, new Request(method, url, body), ids[kind], 404);
                asked.Add($"{method} {path}");
            }
        }

        Assert.True(asked.Distinct().Count() >= 13, string.Join('\n', asked.Distinct()));
    }

    [Fact]
    public async Task Another_accounts_ids_in_orders_are_answered_as_ones_that_never_were()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var stranger = gateway.NewClient(await KeyAsync(gateway));
        var ids = await MakeAsync(gateway);
        var statements = new StatementCount(gateway);
        (string Kind, string Body)[] bodies =
        [
            ("video", """{"prompt":"x","video":{"id":"{id}"}}"""), ("video", """{"prompt":"x","video_id":"{id}","mode":"edit"}"""),
            ("video", """{"prompt":"x","task_id":"{id}","mode":"extend"}"""), ("video", """{"prompt":"x","image_url":"{content}"}"""), ("video", """{"prompt":"x","input_reference":{"image_url":"{content}"}}"""),
            ("file", """{"prompt":"x","input_reference":{"file_id":"{id}"}}"""), ("file", """{"prompt":"x","image":{"file_id":"{id}"}}"""),
            ("file", """{"prompt":"x","image_url":"{base}v1/files/{id}/content"}"""), ("character", """{"prompt":"x","characters":[{"id":"{id}"}]}"""),
        ];
        var count = 0;
        foreach (var (path, method) in Operations().Where(operation => operation is { Method: "POST", Path: var path } && !path.Contains('{') && path.StartsWith("/v1/video", StringComparison.Ordinal)))
        {
            foreach (var (kind, body) in bodies)
            {
                if (path.EndsWith("/characters", StringComparison.Ordinal)) continue;
                if ((path.EndsWith("/edits", StringComparison.Ordinal) || path.EndsWith("/extensions", StringComparison.Ordinal)) && !body.Contains("\"video\"")) continue;
                await AssertAlikeAsync(gateway, statements, stranger, new Request(method, path, body.Replace("{content}", "{base}v1/videos/{id}/content").Replace("{base}", gateway.BaseUrl.ToString())), ids[kind], 404);
                count++;
            }
        }

        Assert.True(count >= 20, count.ToString());
    }

    [Fact]
    public async Task Another_accounts_id_is_no_cursor_of_a_list_and_lists_show_nothing_of_it()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var stranger = gateway.NewClient(await KeyAsync(gateway));
        var ids = await MakeAsync(gateway);
        var statements = new StatementCount(gateway);
        var lists = Operations().Where(operation => operation.Method == "GET" && HasParameter(operation.Path, "after")).Select(operation => operation.Path).ToList();
        Assert.Contains("/v1/videos", lists);
        foreach (var path in lists)
        {
            var own = ids[path.Contains("files") ? "file" : "video"];
            await AssertAlikeAsync(gateway, statements, stranger, new Request("GET", path + "?after={id}", null), own, path.Contains("files") ? null : 400);
            foreach (var query in new[] { "", "?order=asc", "?limit=100", "?external_task_id=mine", "?user=ada" })
            {
                var (status, page) = await gateway.SendAsync(HttpMethod.Get, path + query, client: stranger);
                Assert.Equal((200, 0, false), (status, page.GetProperty("data").GetArrayLength(), page.GetProperty("has_more").GetBoolean()));
            }
        }
    }

    [Fact]
    public async Task A_signature_is_for_one_video_alone_and_a_key_goes_before_it()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var stranger = gateway.NewClient(await KeyAsync(gateway));
        using var nobody = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        var (first, second) = (await gateway.OrderAsync(), await gateway.OrderAsync("another boat"));
        var link = (await gateway.FinishAsync(first)).GetProperty("video_url").GetString()!;
        await gateway.FinishAsync(second);
        Assert.Equal(200, await StatusAsync(nobody, link));
        Assert.Equal(404, await StatusAsync(stranger, link));
        Assert.Equal(403, await StatusAsync(nobody, link.Replace(first, second)));
    }

    private static async Task AssertAlikeAsync(
        GatewayHost gateway, StatementCount statements, HttpClient stranger, Request request, (string Other, string Unknown) ids, int? wanted)
    {
        // What runs beside the request can only add statements: the fewest of some tries are the request's own.
        (Seen? other, Seen? unknown) = (null, null);
        for (var i = 0; i < MaxTries && (other is null || other.Statements != unknown!.Statements || statements.Total == 0); i++)
        {
            if (i > 2)
            {
                await GatewayHost.PauseAsync();
                statements.Renew();
            }

            other = Fewer(other, await AskAsync(statements, stranger, request, ids.Other));
            unknown = Fewer(unknown, await AskAsync(statements, stranger, request, ids.Unknown));
        }

        Assert.Equal(unknown! with { Statements = 0 }, other! with { Statements = 0 });
        Assert.True(unknown!.Statements == other!.Statements, $"{request}: {other.Statements} statements for another's id, {unknown.Statements} for an unknown one");
        if (wanted is not null) Assert.True(statements.Total > 0 && other.Status == wanted, $"{request}: {other}");
    }

    private static Seen Fewer(Seen? before, Seen now) => before is null || now.Statements < before.Statements ? now : before;

    private static async Task<Seen> AskAsync(StatementCount statements, HttpClient client, Request request, string id)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Path.Replace("{id}", id));
        if (request.Body is not null) message.Content = new StringContent(request.Body.Replace("{id}", id), Encoding.UTF8, "application/json");
        var before = statements.Total;
        using var response = await client.SendAsync(message, Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        var count = statements.Total - before;
        var headers = response.Headers.Concat(response.Content.Headers).Where(header => header.Key.ToLowerInvariant() is not ("x-request-id" or "date"))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal);
        return new Seen((int)response.StatusCode, body.Replace(id, "{id}"), string.Join('\n', headers), count);
    }

    // One of each kind, made by the sandbox's account, and ids of the same form and length that never were.
    private static async Task<Dictionary<string, (string Other, string Unknown)>> MakeAsync(GatewayHost gateway)
    {
        var video = await gateway.OrderAsync(body: new { prompt = "a red boat", external_task_id = "mine", user = "ada" });
        await gateway.FinishAsync(video);
        await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + video);
        var file = (await gateway.UploadAsync(Uploads.Png, "a.png")).GetProperty("id").GetString()!;
        var (status, character) = await gateway.PostAsync("/v1/videos/characters", Uploads.Form(("name", "Ada"), ("video", (Uploads.Clip(), "ada.mp4"))));
        Assert.True(status == 200, character.GetRawText());
        var made = new Dictionary<string, (string, string)>
        {
            ["video"] = (video, Never(video)), ["file"] = (file, Never(file)), ["character"] = Pair(character.GetProperty("id").GetString()!),
        };
        var (_, endpoint) = await gateway.SendAsync(
            HttpMethod.Post, "/v1/webhook_endpoints", new { url = "https://hooks.example.net/in", name = "mine", event_types = new[] { "video.completed" } });
        made["webhook_endpoint"] = Pair(endpoint.GetProperty("id").GetString()!);
        await gateway.FinishAsync(await gateway.OrderAsync());
        var (_, deliveries) = await gateway.SendAsync(HttpMethod.Get, "/v1/webhook_deliveries");
        made["webhook_delivery"] = Pair(deliveries.GetProperty("data")[0].GetProperty("id").GetString()!);
        return made;

        static (string, string) Pair(string id) => (id, Never(id));
    }

    // The last letter of the time in front: as old as the other, and of the same form.
    private static string Never(string id)
    {
        var last = id[^1] == '0' ? '1' : '0';
        return id[..^1] + last;
    }

    private static async Task<string> KeyAsync(GatewayHost gateway)
    {
        using var admin = gateway.NewClient(gateway.AdminKey);
        return (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "stranger" }, admin)).Body.GetProperty("secret").GetString()!;
    }

    private static async Task<int> StatusAsync(HttpClient client, string url)
    {
        using var response = await client.GetAsync(url, Cancellation);
        return (int)response.StatusCode;
    }

    // Whose id stands in a path; a route of another kind must be given a line here.
    private static string KindOf(string path) =>
        path.StartsWith("/v1/models/", StringComparison.Ordinal) || path.StartsWith("/v1/inputs/", StringComparison.Ordinal) ? ""
        : path.StartsWith("/v1/videos/characters/", StringComparison.Ordinal) ? "character"
        : path.StartsWith("/v1/videos/", StringComparison.Ordinal) || path.StartsWith("/v1/video/generations/", StringComparison.Ordinal) ? "video"
        : path.StartsWith("/v1/files/", StringComparison.Ordinal) ? "file"
        : path.StartsWith("/v1/webhook_endpoints/", StringComparison.Ordinal) ? "webhook_endpoint"
        : path.StartsWith("/v1/webhook_deliveries/", StringComparison.Ordinal) ? "webhook_delivery"
        : throw new InvalidOperationException($"Say whose id {path} takes.");

    private static IEnumerable<(string Query, string? Body)> Variants(string path, string method)
    {
        var body = method is "POST" or "PUT" or "PATCH" ? """{"prompt":"x"}""" : null;
        yield return ("", body);
        if (path.EndsWith("/content", StringComparison.Ordinal))
        {
            foreach (var query in new[] { "?variant=thumbnail", "?index=0", "?expires=4000000000&signature=x" }) yield return (query, body);
        }

        if (HasParameter(path, "wait")) yield return ("?wait=1", body);
    }

    private static List<(string Path, string Method)> Operations() =>
        [.. Paths().EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Where(operation => IsMethod(operation.Name)).Select(operation => (path.Name, operation.Name.ToUpperInvariant())))];

    private static bool HasParameter(string path, string name) => Paths().GetProperty(path).GetRawText() is var text
        && (text.Contains($"\"name\":\"{name}\"", StringComparison.Ordinal) || text.Contains($"parameters/{name}\"", StringComparison.OrdinalIgnoreCase));

    private static bool IsMethod(string word) => word is "get" or "head" or "post" or "put" or "patch" or "delete";

    private static JsonElement Paths() => JsonDocument.Parse(ApiDescription.Whole().ToJsonString()).RootElement.GetProperty("paths");

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Place();

    private sealed record Request(string Method, string Path, string? Body);

    private sealed record Seen(int Status, string Body, string Headers, long Statements);
}
