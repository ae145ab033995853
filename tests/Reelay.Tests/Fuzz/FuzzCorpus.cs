using System.Text.Json;
using Reelay.Tests.Files;

namespace Reelay.Tests.Fuzz;

/// <summary>What a world holds that requests can name; the words in braces stand for it in print.</summary>
internal sealed record FuzzNames
{
    /// <summary>A completed Sora video.</summary>
    public string Done { get; init; } = "{done}";

    /// <summary>A completed order for two pictures.</summary>
    public string Pictures { get; init; } = "{pictures}";

    /// <summary>A completed Kling video.</summary>
    public string Kling { get; init; } = "{kling}";

    /// <summary>A failed video.</summary>
    public string Failed { get; init; } = "{failed}";

    /// <summary>The last order that was accepted.</summary>
    public string Newest { get; init; } = "{newest}";

    /// <summary>An uploaded picture.</summary>
    public string Picture { get; init; } = "{picture}";

    /// <summary>The last file that was accepted.</summary>
    public string NewestFile { get; init; } = "{newest-file}";

    public string Character { get; init; } = "{character}";

    /// <summary>Another account's video, file and character.</summary>
    public string ForeignVideo { get; init; } = "{foreign-video}";

    public string ForeignFile { get; init; } = "{foreign-file}";

    public string ForeignCharacter { get; init; } = "{foreign-character}";

    /// <summary>The signed query of <see cref="Done"/>.</summary>
    public string Expires { get; init; } = "{expires}";

    public string Signature { get; init; } = "{signature}";
}

/// <summary>A request that is right as it stands.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Build">Makes it for a world.</param>
/// <param name="Status">How it is answered.</param>
internal sealed record Recipe(string Name, Func<FuzzNames, FuzzRequest> Build, int Status = 200);

/// <summary>Right requests over all routes and all three providers: what mutations begin with.</summary>
internal static class FuzzCorpus
{
    private static readonly byte[] Frame = Uploads.Claim(1280, 720);
    private static readonly byte[] Clip = Uploads.Clip();

    public static readonly IReadOnlyList<Recipe> Recipes = [.. Orders(), .. FromVideos(), .. Estimates(), .. Stores(), .. Reads(), .. Contents(), .. Ends()];

    private static IEnumerable<Recipe> Orders()
    {
        yield return Order("sora", _ => """{"model":"sora-2","prompt":"waves 猫","seconds":"8","size":"1280x720","n":1,"user":"u","metadata":{"a":1,"b":[1,{"c":null}]},"external_task_id":"e-1"}""");
        yield return Order("sora from a file", _ => """{"prompt":"x","model":"sora-2-pro","size":"1280x720"}""", file: "input_reference");
        yield return Order("sora from an upload", names => $$"""{"prompt":"x","input_reference":{"file_id":"{{names.Picture}}"},"size":"1280x720","seed":7}""");
        yield return Order("sora from a link", _ => """{"prompt":"x","image_url":"https://example.com/a.png","size":"1280x720","seconds":4}""");
        yield return Order("sora with content", _ => """{"content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"},"role":"first_frame"}],"size":"1280x720","duration":4}""");
        yield return Order("sora with a character", names => $$"""{"prompt":"Ada runs","characters":[{"id":"{{names.Character}}"}]}""");
        yield return Order("picture", _ => """{"model":"gpt-image-2","prompt":"a fox","size":"1024x1024","quality":"low","seconds":"8"}""");
        yield return Order("picture of pictures", names => $$"""{"model":"gpt-image-2","prompt":"a fox","tier":"1k","reference_images":["https://example.com/a.png",{"file_id":"{{names.Picture}}"}]}""");
        yield return Order("picture of a file", _ => """{"model":"gpt-image-2","prompt":"a fox","n":2,"background":"opaque"}""", file: "image");
        yield return Order("kling", _ => """{"model":"kling-video","model_name":"kling-v2-6","mode":"t2v","prompt":"日落","duration":5,"aspect_ratio":"16:9","cfg_scale":0.5,"sound":"off"}""");
        yield return Order("kling from a frame", _ => """{"model":"kling-video","model_name":"kling-v2-6","prompt":"p","mode":"i2v","image":"https://example.com/a.png","negative_prompt":"q"}""");
        yield return Order("kling from two frames", names => $$"""{"model":"kling-v2-6","prompt":"p","image":{"file_id":"{{names.Picture}}"},"image_tail":"https://example.com/b.png","mode":"pro"}""");
        yield return Order("kling of pictures", _ => """{"model":"kling-v3-omni","prompt":"p","mode":"multi_i2v","image_list":[{"image":"https://example.com/a.png"},{"image":"https://example.com/b.png"}]}""");
        yield return Order("kling goes on", names => $$"""{"model":"kling-v3-omni","mode":"extend","prompt":"p","video_id":"{{names.Kling}}"}""");
        yield return Order("older name", _ => """{"model":"sora-2","prompt":"x","metadata":{"seconds":8},"extra_body":{"size":"720x1280"}}""", "/v1/video/generations");
    }

    private static IEnumerable<Recipe> FromVideos()
    {
        yield return new("remix", names => Body("POST", $"/v1/videos/{names.Done}/remix", """{"prompt":"at night"}"""));
        yield return new("edit", names => Body("POST", "/v1/videos/edits", $$"""{"prompt":"at night","video":{"id":"{{names.Done}}"} }"""));
        yield return new("edit of an own link", names => Body("POST", "/v1/videos/edits", $$"""{"prompt":"x","model":"kling-v3-omni","video_url":"http://fuzz.test/v1/videos/{{names.Kling}}/content"}"""));
        yield return new("extension", names => Body("POST", "/v1/videos/extensions", $$"""{"prompt":"on","seconds":"8","video":{"id":"{{names.Done}}"} }"""));
    }

    private static IEnumerable<Recipe> Estimates()
    {
        foreach (var order in Orders().Where((_, index) => index is 0 or 2 or 6 or 9))
            yield return new("estimate of " + order.Name, names => Estimate(order.Build(names)));

        // As operators see it, with the request to the upstream.
        foreach (var order in Orders().Where((_, index) => index is 1 or 3 or 8 or 9 or 12))
        {
            yield return new("explanation of " + order.Name, names =>
            {
                var request = Estimate(order.Build(names));
                request.Query.Add(("explain", "true"));
                request.Headers[0] = ("Authorization", "Bearer " + FuzzWorld.ForeignSecret);
                return request;
            });
        }
    }

    private static IEnumerable<Recipe> Stores()
    {
        yield return new("upload", _ => Form("/v1/files", """{"purpose":"vision","expires_after[anchor]":"created_at","expires_after[seconds]":"3600"}""", "file", Frame));
        yield return new("character", _ => Form("/v1/videos/characters", """{"name":"Ada"}""", "video", Clip));
        yield return new("character in JSON", _ => Body("POST", "/v1/videos/characters", $$"""{"name":"Bob","video":"{{Convert.ToBase64String(Clip)}}"}"""));
    }

    private static IEnumerable<Recipe> Reads()
    {
        yield return Read("list", _ => "/v1/videos", ("limit", "3"), ("order", "asc"));
        yield return new("list after", names => Get("/v1/videos", ("after", names.Done), ("external_task_id", "e-1"), ("user", "u")));
        yield return Read("video", names => "/v1/videos/" + names.Done);
        yield return Read("video by its other id", names => "/v1/videos/" + names.Done.Replace("task_", "video_", StringComparison.Ordinal));
        yield return Read("wait", names => "/v1/videos/" + names.Done, ("wait", "1"));
        yield return Read("events", names => $"/v1/videos/{names.Done}/events");
        yield return Read("events of the newest", names => $"/v1/videos/{names.Newest}/events");
        yield return Read("older name of a read", names => "/v1/video/generations/" + names.Done);
        yield return Read("files", _ => "/v1/files", ("limit", "2"), ("order", "asc"), ("purpose", "vision"));
        yield return Read("file", names => "/v1/files/" + names.Picture);
        yield return Read("file's bytes", names => $"/v1/files/{names.NewestFile}/content");
        yield return Read("a character", names => "/v1/videos/characters/" + names.Character);
        yield return Read("models", _ => "/v1/models");
        yield return Read("model", _ => "/v1/models/kling-v2-6");
        yield return new("another account's video", names => Get("/v1/videos/" + names.ForeignVideo), 404);
        yield return new("an input without a link", names => Get($"/v1/inputs/{names.Done}/0", ("expires", names.Expires), ("signature", names.Signature)), 403);
    }

    private static IEnumerable<Recipe> Contents()
    {
        yield return Read("content", names => $"/v1/videos/{names.Done}/content");
        yield return new("a range of it", names => With(Get($"/v1/videos/{names.Done}/content"), "Range", "bytes=10-99"), 206);
        yield return new("what is told about it", names => With(Get($"/v1/videos/{names.Done}/content"), "If-None-Match", "\"x\", W/\"y\"", "HEAD"));
        yield return Read("second output", names => $"/v1/videos/{names.Pictures}/content", ("index", "1"));
        yield return Read("thumbnail", names => $"/v1/videos/{names.Done}/content", ("variant", "thumbnail"));
        yield return Read("spritesheet", names => $"/v1/videos/{names.Pictures}/content", ("variant", "spritesheet"), ("index", "0"));
        yield return new("content of a failed one", names => Get($"/v1/videos/{names.Failed}/content"), 400);
        yield return new("signed content", names =>
        {
            var request = Get($"/v1/videos/{names.Done}/content", ("expires", names.Expires), ("signature", names.Signature));
            request.Headers.Clear();
            return request;
        });
    }

    private static IEnumerable<Recipe> Ends()
    {
        yield return new("cancel", names => Method("POST", $"/v1/videos/{names.Newest}/cancel"));
        yield return new("delete", names => Method("DELETE", "/v1/videos/" + names.Newest));
        yield return new("delete of a file", names => Method("DELETE", "/v1/files/" + names.NewestFile));
    }

    private static FuzzRequest Estimate(FuzzRequest request)
    {
        request.Path = "/v1/videos/estimate";
        return request;
    }

    private static Recipe Order(string name, Func<FuzzNames, string> json, string path = "/v1/videos", string? file = null) =>
        new(name, names => file is null ? Body("POST", path, json(names)) : Form(path, json(names), file, Frame));

    private static Recipe Read(string name, Func<FuzzNames, string> path, params (string, string)[] query) => new(name, names => Get(path(names), query));

    private static FuzzRequest Get(string path, params (string, string)[] query)
    {
        var request = Method("GET", path);
        request.Query.AddRange(query);
        return request;
    }

    private static FuzzRequest With(FuzzRequest request, string header, string value, string method = "GET")
    {
        request.Headers.Add((header, value));
        request.Method = method;
        return request;
    }

    private static FuzzRequest Form(string path, string json, string name, byte[] file)
    {
        var request = Body("POST", path, json);
        request.Fields.Add(new FuzzField(name, "", file));
        (request.Encoding, request.ContentType) = (FuzzEncoding.Multipart, "multipart/form-data; boundary=" + FuzzRequest.Boundary);
        return request;
    }

    private static FuzzRequest Body(string method, string path, string json)
    {
        var request = Method(method, path);
        using var parsed = JsonDocument.Parse(json);
        request.Fields.AddRange(parsed.RootElement.EnumerateObject().Select(member => new FuzzField(member.Name, member.Value.GetRawText())));
        (request.Encoding, request.ContentType) = (FuzzEncoding.Json, "application/json");
        return request;
    }

    private static FuzzRequest Method(string method, string path)
    {
        var request = new FuzzRequest { Method = method, Path = path };
        request.Headers.Add(("Authorization", "Bearer " + FuzzWorld.Secret));
        return request;
    }
}
