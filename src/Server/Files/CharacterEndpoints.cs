using Reelay.Contracts;
using Reelay.Server.Api;
using Reelay.Server.Api.Dialects;

namespace Reelay.Server.Files;

/// <summary>Makes and reads characters; the described API has neither a list nor a delete.</summary>
internal sealed class CharacterEndpoints(Authentication authentication, CharacterCreation creation, ICharacterStore store)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        // Fixed words win over /v1/videos/{id} by ASP.NET's own precedence.
        routes.MapPost("/v1/videos/characters", CreateAsync).As(Operations.Characters);
        routes.MapGet("/v1/videos/characters/{id}", ReadAsync).As(Operations.Characters);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        await AnswerAsync(context, key.Error is { } refused ? refused : await creation.CreateAsync(context, key.Value!.AccountId));
    }

    private async Task ReadAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        await AnswerAsync(context, key.Error is { } refused ? refused : await FindAsync(context, key.Value!.AccountId));
    }

    private async Task<ApiResult<StoredCharacter>> FindAsync(HttpContext context, string accountId)
    {
        var id = VideoEndpoints.RouteId(context);
        return await store.FindAsync(accountId, id, context.RequestAborted) is { } found ? found : UploadErrors.CharacterNotFound(id);
    }

    private static Task AnswerAsync(HttpContext context, ApiResult<StoredCharacter> result)
    {
        if (result.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var character = result.Value!;
        return JsonAnswer.WriteAsync(
            context, new Character(character.Id, character.Name, character.CreatedAt / 1000), ContractsJson.Default.Character);
    }
}
