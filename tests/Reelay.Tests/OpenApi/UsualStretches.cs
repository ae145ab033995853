using Reelay.Server.Assets.Links;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>What callers do: stretches of a walk through the API in which nearly everything goes well.</summary>
internal static class UsualStretches
{
    /// <summary>An id of nobody's.</summary>
    public const string Unknown = "task_00000000000000000000000000";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task OrdersAsync(ApiWalk walk)
    {
        using var form = Uploads.Form(("prompt", "a red boat"), ("seconds", "4"), ("size", "1280x720"), ("metadata[shelf]", "7"), ("seed", "4"));
        await walk.PostAsync("/v1/videos", form);
        using var urlencoded = new FormUrlEncodedContent([new("prompt", "a red boat"), new("external_task_id", "mine")]);
        await walk.PostAsync("/v1/video/generations", urlencoded);
        var order = new
        {
            prompt = "a red boat",
            seconds = "8s",
            size = "16:9",
            tier = "720p",
            fps = 24,
            colour = "red",
            user = "u-1",
            metadata = new { a = new[] { 1, 2 } },
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
        await walk.PostAsync("/v1/videos", new { prompt = "x", callback_url = "not a url", callback_format = "event" }, 400);
        await walk.GetAsync("/v1/never", 404);
        await walk.SendAsync(HttpMethod.Put, "/v1/videos", 405);
    }

    public static async Task ContentAsync(ApiWalk walk)
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

    public static async Task EditsAsync(ApiWalk walk)
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

    public static async Task LibraryAsync(ApiWalk walk)
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

    public static async Task ModelsAsync(ApiWalk walk)
    {
        foreach (var model in (await walk.GetAsync("/v1/models")).GetProperty("data").EnumerateArray()) await walk.GetAsync("/v1/models/" + model.Text("id"));
    }

    public static async Task BillingAsync(ApiWalk walk)
    {
        Assert.Equal("USD", (await walk.GetAsync("/v1/balance")).Text("currency"));
        var day = (await walk.GetAsync("/v1/usage?limit=1")).GetProperty("data")[0].Text("day");
        await walk.GetAsync($"/v1/usage?from={day}&to={day}&model=sora-2");
        foreach (var wrong in new[] { "limit=0", "from=yesterday", "to=1e3", "after=here" }) await walk.GetAsync("/v1/usage?" + wrong, 400);
    }

    public static async Task InputsAsync(ApiWalk walk)
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
}
