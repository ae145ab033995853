using System.Text.Json;
using Reelay.Server.Api.Dialects;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>What is withheld cannot be told from what never was.</summary>
public sealed class WithholdingTests
{
    private const string All =
        "list,delete,cancel,remix,edits,extensions,characters,estimate,events,wait,generations,models,files,webhook_endpoints,usage,balance";

    private static readonly Dictionary<string, string?> Waiting = new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" };

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("list", "/v1/videos", "POST")]
    [InlineData("delete", "/v1/videos/{id}", "GET")]
    [InlineData("cancel", "/v1/videos/{id}/cancel", null)]
    [InlineData("remix", "/v1/videos/{id}/remix", null)]
    [InlineData("edits", "/v1/videos/edits", "DELETE, GET")]
    [InlineData("extensions", "/v1/videos/extensions", "DELETE, GET")]
    [InlineData("characters", "/v1/videos/characters", "DELETE, GET")]
    [InlineData("characters", "/v1/videos/characters/char_1", null)]
    [InlineData("events", "/v1/videos/{id}/events", null)]
    [InlineData("generations", "/v1/video/generations", null)]
    [InlineData("generations", "/v1/video/generations/{id}", null)]
    [InlineData("models", "/v1/models", null)]
    [InlineData("models", "/v1/models/sora-2", null)]
    public async Task A_hidden_operation_answers_like_a_route_or_a_method_that_never_was(string word, string pattern, string? allow)
    {
        await using var gateway = await GatewayHost.StartAsync(new(Waiting) { ["Reelay:Api:Withheld"] = word });
        await using var open = await GatewayHost.StartAsync(Waiting);
        using var caller = await KeyDialectTests.CallerAsync(open, [], [word]);
        foreach (var (host, client) in new[] { (gateway, gateway.Client), (open, caller) })
        {
            var (_, video) = await host.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" }, client);
            var path = pattern.Replace("{id}", video.GetProperty("id").GetString());
            var left = allow?.Split(", ") ?? [];
            foreach (var method in Methods.Except(left))
            {
                // A path nobody ever mapped; or, where another operation is on the path, a method nobody ever mapped.
                var answer = await AskAsync(client, method, path);
                var never = left.Length == 0 ? (await AskAsync(client, method, "/v1/never")).Replace("/v1/never", path)
                    : (await AskAsync(client, "BREW", path)).Replace("BREW", method);
                if (method == "HEAD") never = never[..(never.IndexOf("\n\n", StringComparison.Ordinal) + 2)];
                Assert.Equal(WithoutLength(never), WithoutLength(answer));
                Assert.StartsWith(left.Length == 0 ? "404" : "405", answer);
                if (left.Length > 0) Assert.Contains($"Allow: {allow}\n", answer);
            }

            Assert.Equal("queued", (await host.SendAsync(HttpMethod.Get, "/v1/videos/" + video.GetProperty("id").GetString(), client: client))
                .Body.GetProperty("status").GetString());
        }

        // Another key of the open server has it all.
        var (_, mine) = await open.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" });
        foreach (var path in new[] { "/v1/videos", "/v1/models", "/v1/video/generations/" + mine.GetProperty("id").GetString() })
        {
            Assert.Equal(200, (await open.SendAsync(HttpMethod.Get, path)).Status);
        }
    }

    [Fact]
    public async Task A_key_without_operations_meets_the_same_server_as_everybody_on_a_server_without_them()
    {
        await using var closed = await GatewayHost.StartAsync(new(Waiting) { ["Reelay:Api:Withheld"] = All });
        await using var open = await GatewayHost.StartAsync(new(Waiting) { ["Reelay:Api:Withheld"] = "list" });
        using var caller = await KeyDialectTests.CallerAsync(open, [], All.Split(','));
        string[] paths =
        [
            "/v1/videos", "/v1/videos/task_x", "/v1/videos/task_x/cancel", "/v1/videos/task_x/remix", "/v1/videos/task_x/events",
            "/v1/videos/task_x/content", "/v1/videos/task_x?wait=abc", "/v1/videos/edits", "/v1/videos/extensions", "/v1/videos/characters",
            "/v1/videos/characters/events", "/v1/video/generations", "/v1/video/generations/task_x", "/v1/models", "/v1/models/sora-2",
            "/v1/models/", "/V1/Models", "/v1/files", "/v1", "/v1/videos/%65dits",
        ];
        foreach (var path in paths)
        {
            foreach (var method in Methods) Assert.Equal(await AskAsync(closed.Client, method, path), await AskAsync(caller, method, path));
        }
    }

    [Fact]
    public async Task A_hidden_wait_is_ignored_like_any_unknown_word()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        using var caller = await KeyDialectTests.CallerAsync(gateway, [], ["wait"]);
        var (_, video) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" }, caller);
        var path = "/v1/videos/" + video.GetProperty("id").GetString();
        foreach (var query in new[] { "?wait=abc", "?wait=60", "?weight=60" })
        {
            var (status, body) = await gateway.SendAsync(HttpMethod.Get, path + query, client: caller);

            // By then it stands in line, and tells where.
            Assert.Equal((200, video.GetRawText()), (status, body.GetRawText().Replace(",\"queue_position\":1", "")));
        }
    }

    [Fact]
    public async Task An_unknown_word_stops_the_start_and_names_those_that_are_known()
    {
        foreach (var setting in new[] { "Reelay:Api:Withheld", "Reelay:Api:Withheld:0" })
        {
            var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(
                () => GatewayHost.StartAsync(new() { [setting] = "delete, create" }));
            Assert.Contains("'create'", exception.Message);
            foreach (var word in All.Split(',')) Assert.Contains(word, exception.Message);
        }

        await using var gateway = await GatewayHost.StartAsync(new(Waiting) { ["Reelay:Api:Withheld:0"] = "list", ["Reelay:Api:Withheld:1"] = "models delete" });
        Assert.Equal(405, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos")).Status);
        Assert.Equal(405, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + await gateway.OrderAsync())).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/models")).Status);
    }

    [Fact]
    public async Task Keys_tell_what_they_hide_and_how_they_speak_also_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        JsonElement made;
        await using (var gateway = await GatewayHost.StartAsync(Waiting, folder: folder.Path))
        {
            made = await KeyTests.CreateKeyAsync(
                gateway, new { name = "x", lenient = true, dialects = new[] { "nulls", "pending", "nulls" }, withheld_routes = new[] { "models", "list" } });
            using var admin = gateway.NewClient(gateway.AdminKey);
            foreach (var (field, stranger, code) in new[] { ("dialects", "french", "invalid_dialects"), ("withheld_routes", "create", "invalid_withheld_routes") })
            {
                foreach (var value in new object[] { new[] { stranger }, new string?[] { null } })
                {
                    var (status, body) = await gateway.SendAsync(
                        HttpMethod.Post, "/admin/v1/keys", new Dictionary<string, object> { ["name"] = "x", [field] = value }, admin);
                    var error = body.GetProperty("error");
                    Assert.Equal((400, code, field), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
                    Assert.Contains(field == "dialects" ? "pending, flat_errors, nulls" : All.Replace(",", ", "), error.GetProperty("message").GetString());
                }

                var text = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", $$"""{"name": "x", "{{field}}": "list"}""", admin);
                Assert.Equal("invalid_json", text.Body.GetProperty("error").GetProperty("code").GetString());
            }
        }

        await using var next = await GatewayHost.StartAsync(Waiting, folder: folder.Path);
        using var operatorClient = next.NewClient(next.AdminKey);
        var all = (await next.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: operatorClient)).Body.GetProperty("data").EnumerateArray().ToList();
        var listed = all.Single(row => row.GetProperty("id").GetString() == made.GetProperty("id").GetString());
        Assert.All([made, listed], key => Assert.Equal(
            (true, """["pending","nulls"]""", """["list","models"]"""),
            (key.GetProperty("lenient").GetBoolean(), key.GetProperty("dialects").GetRawText(), key.GetProperty("withheld_routes").GetRawText())));
        Assert.All(all.Where(row => row.GetProperty("admin").GetBoolean()), key => Assert.Equal(
            (false, "[]", "[]"),
            (key.GetProperty("lenient").GetBoolean(), key.GetProperty("dialects").GetRawText(), key.GetProperty("withheld_routes").GetRawText())));
        using var caller = next.NewClient(made.GetProperty("secret").GetString()!);
        Assert.Equal(404, (await next.SendAsync(HttpMethod.Get, "/v1/models", client: caller)).Status);
    }

    [Fact]
    public async Task Every_route_names_its_operation_and_every_operation_is_documented()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var routes = gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal))
            .Select(route => (
                Name: $"{string.Join(' ', route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)} {route.RoutePattern.RawText}",
                route.Metadata.GetMetadata<Operation>()?.Value))
            .ToList();
        Assert.Equal([], [.. routes.Where(route => route.Value is null).Select(route => route.Name)]);

        // Whatever is added without a word of its own would be impossible to withhold.
        Assert.Equal(
            ["GET /v1/videos/{id}", "GET HEAD /v1/inputs/{task}/{position}", "GET HEAD /v1/videos/{id}/content", "POST /v1/videos"],
            routes.Where(route => route.Value == Operations.Core).Select(route => route.Name).Order());
        foreach (var (name, operation) in routes)
        {
            foreach (var word in FlagWords<Operations>.Of(operation!.Value)) Assert.Contains("/" + word.Replace("list", "videos").Replace("delete", "videos").Replace("webhook_endpoints", "webhook_"), name);
        }

        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/api/README.md"), Cancellation);
        Assert.Equal(All.Replace(",", ", "), FlagWords<Operations>.Allowed);
        Assert.Equal([], [.. All.Split(',').Where(word => !page.Contains($"`{word}`", StringComparison.Ordinal))]);
        Assert.Equal([], [.. FlagWords<Dialect>.Allowed.Split(", ").Where(word => !page.Contains($"| `{word}` |", StringComparison.Ordinal))]);
    }

    // The whole answer but for what differs between any two: its id and its time.
    private static async Task<string> AskAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await client.SendAsync(request, Cancellation);
        var headers = response.Headers.Concat(response.Content.Headers).Where(header => !header.Key.Equals("Date", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("x-request-id", StringComparison.OrdinalIgnoreCase))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}\n").Order();
        return $"{(int)response.StatusCode}\n{string.Concat(headers)}\n{await response.Content.ReadAsStringAsync(Cancellation)}";
    }

    // It follows from the length of the path, which the message shows.
    private static string WithoutLength(string answer) =>
        string.Join('\n', answer.Split('\n').Where(line => !line.StartsWith("Content-Length", StringComparison.Ordinal)));
}
