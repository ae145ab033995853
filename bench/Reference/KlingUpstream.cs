using System.Text.Json.Nodes;

namespace Reelay.Reference;

/// <summary>The fake upstream in Kling's words: text to video, read by id, and a callback to the address of the order once it is finished.</summary>
internal static class KlingUpstream
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    public static void Map(WebApplication app, string file)
    {
        app.MapPost("/{account}/v1/videos/text2video", async (HttpRequest request) =>
        {
            var body = await JsonNode.ParseAsync(request.Body);
            var made = Upstream.Add(Upstream.AccountOf(request), (string?)body?["prompt"] ?? "");
            if ((string?)body?["callback_url"] is { } address) _ = CallBackAsync(made, address, Root(request), app.Lifetime.ApplicationStopping);
            return Answer(Task(made, Root(request)));
        });
        app.MapGet("/{account}/v1/videos/text2video/{id}", async (string id, HttpContext context) =>
            await Upstream.ReadAsync(id, context.RequestAborted) is { } made ? Answer(Task(made, Root(context.Request))) : Results.NotFound());
        app.MapGet("/{account}/files/{id}.mp4", (string id) => Results.File(file, "video/mp4"));
    }

    private static string Root(HttpRequest request) => $"{request.Scheme}://{request.Host}/{Upstream.AccountOf(request)}";

    private static async Task CallBackAsync(Made made, string address, string root, CancellationToken stop)
    {
        var left = made.FinishedAt - Made.Now;
        if (left > 0) await System.Threading.Tasks.Task.Delay(TimeSpan.FromSeconds(left), TimeProvider.System, stop);
        while (!made.IsDone) await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, stop);
        using var content = JsonContent.Create(Task(made, root));
        using var answer = await Client.PostAsync(address, content, stop);
        if (!answer.IsSuccessStatusCode) await Console.Error.WriteLineAsync($"{made.Id}: the callback was answered with {(int)answer.StatusCode}");
    }

    private static IResult Answer(JsonObject task) => Results.Text(
        new JsonObject { ["code"] = 0, ["message"] = "SUCCEED", ["request_id"] = "bench", ["data"] = task }.ToJsonString(), "application/json");

    private static JsonObject Task(Made made, string root)
    {
        var created = (long)(made.CreatedAt * 1000);
        var task = new JsonObject
        {
            ["task_id"] = made.Id,
            ["task_status"] = made.IsDone ? "succeed" : "processing",
            ["task_status_msg"] = "",
            ["created_at"] = created,
            ["updated_at"] = created,
        };
        if (made.IsDone)
        {
            task["task_result"] = new JsonObject
            {
                ["videos"] = new JsonArray(new JsonObject { ["id"] = made.Id, ["url"] = $"{root}/files/{made.Id}.mp4", ["duration"] = "5" }),
            };
        }

        return task;
    }
}
