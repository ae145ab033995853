using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Files;

namespace Reelay.Tests.Flows;

/// <summary>An estimate says what an order will be and cost, creates nothing, and shows operators what would be sent.</summary>
public sealed class EstimateFlowTests(EstimateFlowTests.World world) : IClassFixture<EstimateFlowTests.World>
{
    private static readonly string[] Secrets =
    [
        "sk-sandbox-openai", "sk-sandbox-openai-images", "ak-sandbox-kling", "sk-sandbox-kling", "sk-reelay-sandbox", "Bearer", "Authorization", "authorization",
    ];

    // What differs between any two submissions, and what belongs to the connection.
    private static readonly string[] OwnHeaders = ["Authorization", "Content-Length", "Content-Type", "X-Client-Request-Id", "Idempotency-Key"];

    /// <summary>The small clip for everything.</summary>
    public sealed class World : FlowWorld
    {
        private Dictionary<string, string>? _sources;

        /// <summary>An earlier video of a model, by the name of the model.</summary>
        internal async Task<string> SourceAsync(string model)
        {
            _sources ??= [];
            if (!_sources.TryGetValue(model, out var id)) _sources[model] = id = await MadeByAdminAsync(new { model, prompt = FlowWorld.Prompt() });
            return id;
        }

        /// <summary>Waits for a success.</summary>
        internal async Task<JsonElement> EndAsync(string id)
        {
            while (true)
            {
                var task = await Gateway.AdminTaskAsync(id);
                if (task.Text("phase") == "completed") return task;
                Assert.True(task.Text("phase") != "failed", task.GetRawText());
                await Support.GatewayHost.PauseAsync();
            }
        }

        private async Task<string> MadeByAdminAsync(object body)
        {
            using var admin = Gateway.NewClient(Gateway.AdminKey);
            var (_, made) = await Gateway.SendAsync(HttpMethod.Post, "/v1/videos", body, admin);
            await EndAsync(made.Text("id"));
            return made.Text("id");
        }
    }

    /// <summary>Orders over all three providers; <c>{model}</c> in one stands for an earlier video by that model.</summary>
    public static TheoryData<string> Orders { get; } =
    [
        """{"model":"sora-2"}""",
        """{"model":"sora-2","seconds":"12","size":"1280x720","fps":30}""",
        """{"model":"sora-2-pro","size":"1024x1792","seconds":20}""",
        """{"model":"sora-2-pro","size":"1080x1920","image":"PICTURE"}""",
        """{"model":"sora-2","mode":"edit","video_id":"{sora-2}"}""",
        """{"model":"sora-2","mode":"extend","video_id":"{sora-2}","seconds":8}""",
        """{"model":"gpt-image-2"}""",
        """{"model":"gpt-image-2","size":"auto","n":4,"quality":"high"}""",
        """{"model":"gpt-image-2","size":"1600x1200","quality":"low","output_format":"webp"}""",
        """{"model":"gpt-image-2.5-sunburst","tier":"4k","quality":"max"}""",
        """{"model":"gpt-image-1.5","images":["PICTURE","PICTURE"],"input_fidelity":"high","user":"user-1"}""",
        """{"model":"kling-video","model_name":"kling-v1","camera_control":{"type":"simple","config":{"pan":3}}}""",
        """{"model":"kling-video","model_name":"kling-v1-6","quality":"pro","seconds":10,"cfg_scale":0.4}""",
        """{"model":"kling-v2-1-master"}""",
        """{"model":"kling-v2-6","mode":"pro","sound":"on","image":"PICTURE","size":"1:1"}""",
        """{"model":"kling-v3","quality":"4k","seconds":15,"audio":true,"seed":1}""",
        """{"model":"kling-v3","image":"PICTURE","end_image_url":"PICTURE2"}""",
        """{"model":"kling-v3-omni","image_list":["PICTURE","PICTURE2"],"aspect_ratio":"9:16"}""",
        """{"model":"kling-v3-omni","mode":"edit","video_id":"{kling-v3}"}""",
        """{"model":"kling-v1-6","mode":"extend","video_id":"{kling-v1-6}"}""",
        """{"model":"kling-v1-6","mode":"extend","video_id":"{kling-v3}","tier":"1080p"}""",
        """{"model":"kling-video-o1","seconds":10,"quality":"pro"}""",
    ];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task An_estimate_is_what_a_create_reserves_and_sends(string template)
    {
        using var admin = world.Gateway.NewClient(world.Gateway.AdminKey);
        var prompt = FlowWorld.Prompt("an estimate");
        var order = await OrderAsync(template, prompt);
        var before = Kept();

        var (status, estimate) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate?explain=true", order, admin);

        Assert.True(status == 200, estimate.GetRawText());
        Assert.Equal(before, Kept());
        Assert.Empty(world.Submissions(prompt));
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, estimate.GetRawText()));

        var (_, created) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos", order, admin);
        var id = created.Text("id");
        foreach (var name in new[] { "model", "seconds", "size" }) Assert.Equal(created.Text(name), estimate.Text(name));
        Assert.Equal(created.GetProperty("effective").GetRawText(), estimate.GetProperty("effective").GetRawText());
        Assert.Equal(Raw(created, "warnings"), Raw(estimate, "warnings"));
        var price = estimate.GetProperty("price_micros").GetInt64();
        Assert.Equal(("reserve", 0L, price), world.Ledger(id)[0]);

        var task = await world.EndAsync(id);
        Assert.Equal(price, task.GetProperty("price_micros").GetInt64());
        Assert.Equal(["reserve", "settle"], world.Ledger(id).Select(entry => entry.Kind));
        AssertExplained(estimate.GetProperty("explain"), task, Assert.Single(world.Wire.Creates(prompt)), id);
    }

    [Fact]
    public async Task Only_an_administrators_key_is_shown_how_upstreams_are_called()
    {
        var body = new { model = "kling-v3", prompt = FlowWorld.Prompt() };
        var (status, refused) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate?explain=true", body);
        Assert.Equal((403, "admin_key_required"), (status, refused.GetProperty("error").Text("code")));
        (status, refused) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate?explain=maybe", body);
        Assert.Equal((400, "explain"), (status, refused.GetProperty("error").Text("param")));
        (status, var estimate) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", body);
        Assert.Equal(200, status);
        Assert.False(estimate.TryGetProperty("explain", out _));
    }

    [Fact]
    public async Task A_refused_order_is_refused_alike_and_leaves_nothing()
    {
        foreach (var template in new[] { """{"model":"sora-2","seconds":5}""", """{"model":"kling-v2-1","image":"PICTURE","sound":"on"}""", """{"model":"gpt-image-2","n":11}""" })
        {
            var order = await OrderAsync(template, FlowWorld.Prompt());
            var before = Kept();
            Assert.Equal(await world.RefuseAsync(order), await world.RefuseAsync(order, "/v1/videos/estimate"));
            Assert.Equal(before, Kept());
        }
    }

    [Fact]
    public async Task Long_prompts_are_shown_whole_and_files_by_their_length()
    {
        using var admin = world.Gateway.NewClient(world.Gateway.AdminKey);
        var prompt = string.Concat(Enumerable.Repeat("黄昏的海浪", 60));
        var picture = PngImage.Gradient(640, 360);
        using var form = Uploads.Form(("model", "kling-v3"), ("prompt", prompt), ("image", (picture, "boat.png")));
        var (_, kling) = await world.Gateway.PostAsync("/v1/videos/estimate?explain=true", form, admin);
        var json = kling.GetProperty("explain").GetProperty("request").GetProperty("json");
        Assert.Equal(prompt, json.Text("prompt"));
        Assert.Matches($"^[A-Za-z0-9+/]{{32}}… \\({Convert.ToBase64String(picture).Length:N0} characters\\)$", json.Text("image"));

        using var edit = Uploads.Form(("model", "gpt-image-2"), ("prompt", prompt), ("image", (picture, "boat.png")));
        var (_, image) = await world.Gateway.PostAsync("/v1/videos/estimate?explain=true", edit, admin);
        var text = image.GetProperty("explain").GetProperty("request").Text("text");
        Assert.Contains(prompt, text);
        Assert.Contains($"filename=\"input0.png\"\r\nContent-Type: image/png\r\n\r\n({picture.Length:N0} bytes)\r\n", text);
    }

    private static void AssertExplained(JsonElement explain, JsonElement task, SentRequest sent, string id)
    {
        var attempt = Assert.Single(task.GetProperty("attempts").EnumerateArray());
        Assert.Equal(attempt.Text("channel"), explain.GetProperty("channels")[0].GetString());
        Assert.EndsWith(":" + attempt.Text("upstream_model"), explain.GetProperty("upstream_models")[0].GetString());
        var request = explain.GetProperty("request");
        Assert.Equal((sent.Method, sent.Url.AbsoluteUri), (request.Text("method"), request.Text("url")));
        var headers = request.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString()!, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(sent.Headers.Keys.Except(["Authorization", "Content-Length"]).Order(), headers.Keys.Except(["Content-Length"]).Order());
        Assert.All(sent.Headers.Where(header => !OwnHeaders.Contains(header.Key)), header => Assert.Equal(header.Value, headers[header.Key]));
        if (request.TryGetProperty("json", out var json)) AssertJson(JsonNode.Parse(json.GetRawText()), sent.Json, id);
        else AssertForm(request.Text("text"), sent);
    }

    private static void AssertJson(JsonNode? shown, JsonNode? sent, string id)
    {
        Assert.Equal(sent?.GetValueKind(), shown?.GetValueKind());
        switch (sent)
        {
            case JsonObject members:
                Assert.Equal(members.Select(member => member.Key), shown!.AsObject().Select(member => member.Key));
                foreach (var (name, value) in members)
                {
                    if (name == "external_task_id") Assert.Equal("attempt_token", (string?)shown[name]);
                    else AssertJson(shown[name], value, id);
                }

                break;
            case JsonArray items:
                Assert.Equal(items.Count, shown!.AsArray().Count);
                for (var index = 0; index < items.Count; index++) AssertJson(shown[index], items[index], id);
                break;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.Contains("/v1/inputs/"):
                Assert.Equal(text.Split('?')[0], ((string)shown!).Split('?')[0].Replace("/inputs/task/", $"/inputs/{id}/"));
                break;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.Length > 200:
                Assert.Equal($"{text[..32]}… ({text.Length:N0} characters)", (string?)shown);
                break;
            default:
                Assert.Equal(sent?.ToJsonString(), shown?.ToJsonString());
                break;
        }
    }

    // The same parts in the same order, with lengths in place of files.
    private static void AssertForm(string shown, SentRequest sent)
    {
        var boundary = shown[2..shown.IndexOf("\r\n", StringComparison.Ordinal)];
        var parts = shown.Split("--" + boundary)[1..^1].Select(part => part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..^2]).ToList();
        var names = shown.Split("--" + boundary)[1..^1].Select(part => part.Trim().Split("\r\n\r\n")[0]).ToList();
        Assert.Equal(
            sent.Parts().Select(part => part.FileName is null ? System.Text.Encoding.UTF8.GetString(part.Bytes) : $"({part.Bytes.Length:N0} bytes)"), parts);
        Assert.Equal(
            sent.Parts().Select(part => $"name=\"{part.Name}\"" + (part.FileName is null ? "" : $"; filename=\"{part.FileName}\"")),
            names.Select(name => name.Split("\r\n")[0][name.IndexOf("name=", StringComparison.Ordinal)..]));
    }

    private static string Raw(JsonElement body, string name) => body.TryGetProperty(name, out var value) ? value.GetRawText() : "";

    // Tasks and stored inputs: all that an estimate could leave behind.
    private (long Tasks, int Files) Kept() => (
        world.Gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM tasks")), world.Gateway.Stored("inputs").Length);

    private async Task<JsonObject> OrderAsync(string template, string prompt)
    {
        foreach (var model in new[] { "sora-2", "kling-v1-6", "kling-v3" })
        {
            if (template.Contains($"{{{model}}}")) template = template.Replace($"{{{model}}}", await world.SourceAsync(model));
        }

        var order = JsonNode.Parse(template
            .Replace("PICTURE2", Convert.ToBase64String(PngImage.Gradient(1082, 1920)))
            .Replace("PICTURE", Convert.ToBase64String(PngImage.Gradient(1080, 1920))))!.AsObject();
        order["prompt"] = prompt;
        return order;
    }
}
