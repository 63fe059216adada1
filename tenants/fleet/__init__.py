"""The fleet: preparing the database and onboarding communes, thousands in one go."""
