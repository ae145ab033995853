using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleVeo;

/// <summary>Builds the requests of both surfaces; strict: nothing goes out that the sources do not name.</summary>
internal static class GoogleVeoRequests
{
    /// <summary>Extra parameters by their public name, and what Google calls them.</summary>
    public static readonly IReadOnlyDictionary<string, string> Extras = new Dictionary<string, string>
    {
        ["negative_prompt"] = "negativePrompt",
        ["seed"] = "seed",
        ["person_generation"] = "personGeneration",
        ["compression_quality"] = "compressionQuality",
        ["resize_mode"] = "resizeMode",
    };

    /// <summary>The body of one order.</summary>
    public static UpstreamContent Body(SubmissionContext submission, GoogleVeoOptions options)
    {
        var order = submission.Request;
        var body = new UpstreamBody(submission.AttemptToken);
        var instance = new JsonObject();
        Add(instance, "prompt", order.Prompt is { Length: > 0 } prompt ? prompt : null);
        foreach (var frame in submission.Media.Where(media => media.Role != MediaRole.ReferenceImage))
            instance[frame.Role == MediaRole.LastFrame ? "lastFrame" : "image"] = Picture(frame);
        var references = submission.Media.Where(media => media.Role == MediaRole.ReferenceImage)
            .Select(media => new JsonObject { ["image"] = Picture(media), ["referenceType"] = "asset" }).ToArray<JsonNode>();
        if (references.Length > 0)
            instance["referenceImages"] = new JsonArray(references);
        return body.Json(new JsonObject { ["instances"] = new JsonArray(instance), ["parameters"] = Parameters(submission, options) });

        JsonObject Picture(MediaInput input) => new() { ["bytesBase64Encoded"] = body.InBase64(input), ["mimeType"] = input.ContentType };
    }

    /// <summary>The call that sends an order.</summary>
    public static HttpRequestMessage New(Uri url, HttpContent body, GoogleVeoOptions options, GoogleAuthorization authorization)
    {
        var request = authorization.On(new(HttpMethod.Post, url) { Content = body });
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (options.UserProject is not null)
            request.Headers.TryAddWithoutValidation("x-goog-user-project", options.UserProject);
        return request;
    }

    /// <summary>The call that reads an operation.</summary>
    public static HttpRequestMessage Poll(ProviderAccount account, GoogleVeoOptions options, string name, GoogleAuthorization authorization)
    {
        var url = GoogleVeoPaths.Poll(account, options, name);
        if (!options.IsGemini)
        {
            var body = new JsonObject { ["operationName"] = name }.ToJsonString();
            return New(url, new StringContent(body, Encoding.UTF8, "application/json"), options, authorization);
        }

        var request = authorization.On(new(HttpMethod.Get, url));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private static JsonObject Parameters(SubmissionContext submission, GoogleVeoOptions options)
    {
        var order = submission.Request;
        var parameters = new JsonObject { ["sampleCount"] = order.Count };
        Add(parameters, "durationSeconds", order.Seconds);
        Add(parameters, "aspectRatio", order.AspectRatio);
        Add(parameters, "resolution", order.Tier);
        if (!options.IsGemini && !GoogleVeoCapability.IsSilent(order.UpstreamModel))
            Add(parameters, "generateAudio", order.Audio);
        foreach (var (name, value) in order.Extras)
            Add(parameters, Extras[name], value?.DeepClone());
        if (options.StorageUri is { } storage)
            parameters["storageUri"] = $"{storage.TrimEnd('/')}/{submission.AttemptToken}/";
        return parameters;
    }

    private static void Add(JsonObject fields, string name, JsonNode? value)
    {
        if (value is not null)
            fields[name] = value;
    }
}
