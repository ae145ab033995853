using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Reelay.Providers.OpenAi;

/// <summary>Builds the requests of the protocol; strict: nothing goes out that the profile does not name.</summary>
internal static class OpenAiRequests
{
    /// <summary>The one request that starts paid work: a create, an edit or an extension.</summary>
    /// <param name="submission">The order, which <see cref="OpenAiModes.RefuseUnsayable"/> has let pass.</param>
    /// <param name="options">The channel's options.</param>
    /// <param name="characterIds">The upstream's ids of the order's characters.</param>
    /// <exception cref="ProviderException">The profile cannot carry this order; nothing was sent.</exception>
    public static HttpRequestMessage Order(SubmissionContext submission, OpenAiOptions options, IReadOnlyList<string> characterIds)
    {
        var body = new UpstreamBody(submission.AttemptToken);
        var values = OpenAiFields.Of(submission.Request, options);
        var files = new List<FormField>();
        var isForm = options.Encoding == OpenAiEncoding.Multipart;
        if (OpenAiModes.NeedsSource(submission.Request.Mode))
        {
            // A file needs a form, whatever the channel's encoding.
            isForm |= submission.Request.Source is null;
            AddSource(submission, body, isForm, values, files);
        }
        else
        {
            if (submission.Media.FirstOrDefault(input => input.Role == MediaRole.FirstFrame) is { } frame)
                AddFirstFrame(frame, options, body, values, files);
            AddCharacters(characterIds, isForm, values);
        }

        var request = New(HttpMethod.Post, submission.Account, options, Path(submission.Request.Mode));
        request.Content = isForm
            ? body.Multipart([.. values.Select(value => new FormField(value.Name, OpenAiFields.FormText(value.Value))), .. files])
            : body.Json(new JsonObject(values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Name, value.Value))));
        foreach (var header in new[] { options.IdempotencyHeader, options.RequestIdHeader })
        {
            if (header is not null)
                request.Headers.TryAddWithoutValidation(header, submission.AttemptToken);
        }

        return request;
    }

    /// <summary>A request without a body to a path below the account's base URL.</summary>
    public static HttpRequestMessage New(HttpMethod method, ProviderAccount account, OpenAiOptions options, string path) =>
        Authorized(new(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}"), account, options);

    /// <summary>Adds the account's credential; only for requests to the account's own origin.</summary>
    public static HttpRequestMessage Authorized(HttpRequestMessage request, ProviderAccount account, OpenAiOptions options)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = account.Credential switch
        {
            ProviderCredential.ApiKey key => new AuthenticationHeaderValue("Bearer", key.Value),
            ProviderCredential.None => null,
            _ => throw new ProviderException(
                ProviderErrorKind.Unauthorized, $"channel {account.ChannelId} needs an API key or none, not {account.Credential}"),
        };
        if (options.Organization is not null)
            request.Headers.TryAddWithoutValidation("OpenAI-Organization", options.Organization);
        if (options.Project is not null)
            request.Headers.TryAddWithoutValidation("OpenAI-Project", options.Project);
        return request;
    }

    /// <summary>Path of one job.</summary>
    public static string Job(string id) => $"videos/{Uri.EscapeDataString(id)}";

    private static string Path(string mode) => mode switch
    {
        "edit" => "videos/edits",
        "extend" => "videos/extensions",
        _ => "videos",
    };

    private static void AddSource(
        SubmissionContext submission, UpstreamBody body, bool isForm, List<(string Name, JsonNode? Value)> values, List<FormField> files)
    {
        if (submission.Request.Source is { } source)
        {
            var id = OpenAiAnswers.IdOf(source);
            values.Add(isForm ? ("video[id]", id) : ("video", new JsonObject { ["id"] = id }));
            return;
        }

        var file = submission.Media[0];
        files.Add(new("video", body.Raw(file), file.FileName, file.ContentType));
    }

    private static void AddCharacters(IReadOnlyList<string> ids, bool isForm, List<(string Name, JsonNode? Value)> values)
    {
        if (isForm)
            values.AddRange(ids.Select(id => ("characters[][id]", (JsonNode?)id)));
        else if (ids.Count > 0)
            values.Add(("characters", new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = id })])));
    }

    private static void AddFirstFrame(
        MediaInput frame, OpenAiOptions options, UpstreamBody body, List<(string Name, JsonNode? Value)> values, List<FormField> files)
    {
        var name = options.ReferenceField!;
        if (options.ReferenceAs == OpenAiReferenceForm.File)
        {
            files.Add(new(name, body.Raw(frame), frame.FileName, frame.ContentType));
            return;
        }

        var link = options.ReferenceInline
            ? body.DataUrl(frame)
            : frame.PublicUrl?.AbsoluteUri
                ?? throw new ProviderException(ProviderErrorKind.NotSent, $"{name} takes links only, and this gateway has no public address");
        var wrapped = new JsonObject { ["image_url"] = link };
        values.Add(options switch
        {
            { ReferenceAs: OpenAiReferenceForm.Url } => (name, link),
            { ReferenceAs: OpenAiReferenceForm.JsonText } => (name, OpenAiFields.FormText(wrapped)),
            { Encoding: OpenAiEncoding.Multipart } => ($"{name}[image_url]", link),
            _ => (name, wrapped),
        });
    }
}
