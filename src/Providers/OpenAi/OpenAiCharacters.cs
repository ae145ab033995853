namespace Reelay.Providers.OpenAi;

/// <summary>Makes the characters an order names, before the order itself is sent.</summary>
internal static class OpenAiCharacters
{
    /// <summary>Uploads every character of a submission; none of these calls is a paid generation.</summary>
    /// <returns>The upstream's ids, in the order of the media.</returns>
    /// <exception cref="ProviderException">
    /// A refusal, or <see cref="ProviderErrorKind.NotSent"/> for every other failure: whatever became of the upload, the order never left.
    /// </exception>
    public static async Task<IReadOnlyList<string>> CreateAsync(
        SubmissionContext submission, OpenAiOptions options, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        foreach (var character in submission.Media.Where(input => input.Role == MediaRole.Character))
            ids.Add(await CreateAsync(submission, options, character, ids.Count, cancellationToken));
        return ids;
    }

    private static async Task<string> CreateAsync(
        SubmissionContext submission, OpenAiOptions options, MediaInput character, int index, CancellationToken cancellationToken)
    {
        // Neither of our marks goes along: an upstream that deduplicates by one would take the order for a repetition of this call.
        var body = new UpstreamBody($"{submission.AttemptToken}-character-{index}");
        using var request = OpenAiRequests.New(HttpMethod.Post, submission.Account, options, "videos/characters");
        request.Content = body.Multipart(
        [
            new("name", character.Name!), new("video", body.Raw(character), character.FileName, character.ContentType),
        ]);
        try
        {
            var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
            if (!answer.IsSuccess)
                throw OpenAiErrors.Table.OfSubmission(answer, VideosErrors.Read(answer));
            return answer.Json?.Member("id").AsText()
                ?? throw answer.Exception(ProviderErrorKind.NotSent, $"HTTP {answer.StatusCode} without the id of a character");
        }
        catch (ProviderException exception) when (exception.Kind == ProviderErrorKind.OutcomeUnknown)
        {
            var message = $"character {character.Name} was not made, so the order was not sent: {exception.Message}";
            throw new ProviderException(ProviderErrorKind.NotSent, message, exception)
            {
                StatusCode = exception.StatusCode, RetryAfter = exception.RetryAfter, RawBody = exception.RawBody,
            };
        }
    }
}
